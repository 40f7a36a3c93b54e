// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.RunningProxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Syslog messages through a log forwarder, in every form that a target may want: what arrives is what haproxy sends. */
class LogForwardDifferentialTest {
    private static final List<String> FORMATS =
            List.of("", "local", "rfc3164", "rfc5424", "short", "raw", "timed", "iso", "priority");

    private static final int PATIENCE_MS = 5_000;

    /** Dates of their coming, which no message has. */
    private static final Pattern NOW =
            Pattern.compile("20[2-9]\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}[+-]\\d\\d:\\d\\d"
                    + "|[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d");

    /** A header of RFC 5424 that is none: HAProxy takes two bytes off the message's end. */
    private static final Pattern FAILED_5424 = Pattern.compile("<[0-9]+>1 .+", Pattern.DOTALL);

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    /** One of the two, its log servers, and a way to it. */
    private static final class Forwarder implements AutoCloseable {
        private final List<DatagramSocket> targets = new ArrayList<>();
        private final DatagramSocket sender = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        private final int port = Ports.reserved();
        private final RunningProxy proxy;

        Forwarder(List<String> logs, boolean oracle) throws IOException {
            StringBuilder text = new StringBuilder("log-forward lf\n timeout client 4s\n maxconn 100\n");
            text.append(" dgram-bind 127.0.0.1:").append(port).append('\n');
            text.append(" bind 127.0.0.1:").append(port).append('\n');
            for (String log : logs) {
                DatagramSocket target = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                target.setSoTimeout(PATIENCE_MS);
                targets.add(target);
                text.append(" log 127.0.0.1:").append(target.getLocalPort()).append(' ');
                text.append(log).append('\n');
            }
            proxy = new RunningProxy(text.toString(), oracle);
        }

        void send(byte[] message) throws IOException {
            sender.send(new DatagramPacket(
                    message, message.length, new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
        }

        Socket connect() throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(PATIENCE_MS);
            return socket;
        }

        /** What comes next, or {@code -} for nothing within so long. */
        String next(int target, int ms) throws IOException {
            DatagramSocket socket = targets.get(target);
            socket.setSoTimeout(ms);
            DatagramPacket packet = new DatagramPacket(new byte[70_000], 70_000);
            try {
                socket.receive(packet);
            } catch (SocketTimeoutException nothing) {
                return "-";
            }
            return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() {
            proxy.close();
            targets.forEach(DatagramSocket::close);
            sender.close();
        }
    }

    @Test
    void everyMessageIsReadAndWrittenAsHaproxyDoes() throws Exception {
        List<String> logs = FORMATS.stream()
                .map(format -> (format.isEmpty() ? "" : "format " + format + " ") + "local3")
                .toList();
        List<String> differences = new ArrayList<>();
        try (Forwarder theirs = new Forwarder(logs, true);
                Forwarder ours = new Forwarder(logs, false)) {
            for (String message : messages()) {
                byte[] bytes = message.getBytes(StandardCharsets.ISO_8859_1);
                theirs.send(bytes);
                ours.send(bytes);
                for (int i = 0; i < FORMATS.size(); i++) {
                    String wanted = withoutNow(theirs.next(i, PATIENCE_MS), message);
                    String found = withoutNow(ours.next(i, PATIENCE_MS), message);
                    if (!found.equals(wanted) && !isCutByHaproxy(message, wanted, found)) {
                        differences.add(
                                message + " as " + FORMATS.get(i) + "\n haproxy: " + wanted + " tandem:  " + found);
                    }
                }
            }
        }

        assertThat(differences).isEmpty();
    }

    @Test
    void levelsLengthsAndSamplesAreHaproxys() throws Exception {
        List<String> logs = List.of(
                "local3 err",
                "local3 debug err",
                "format rfc5424 local3 err warning",
                "sample 1:2 local3",
                "sample 2-3,5:5 local3",
                "len 80 local3",
                "len 80 format rfc5424 local3",
                "local3");
        List<String> differences = new ArrayList<>();
        try (Forwarder theirs = new Forwarder(logs, true);
                Forwarder ours = new Forwarder(logs, false)) {
            for (String text : List.of(
                    "<0>a", "<3>b", "<4>c", "<7>d", "<24>e", "<27>f", "<28>g", "h", "<165>" + "x".repeat(2000))) {
                byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
                theirs.send(bytes);
                ours.send(bytes);
                int last = logs.size() - 1; // it takes everything: when it has it, the others have what they get
                String end = withoutNow(theirs.next(last, PATIENCE_MS), text);
                assertThat(withoutNow(ours.next(last, PATIENCE_MS), text)).isEqualTo(end);
                for (int i = 0; i < last; i++) {
                    String wanted = withoutNow(theirs.next(i, 20), text);
                    String found = withoutNow(ours.next(i, 20), text);
                    if (!found.equals(wanted)) {
                        differences.add(text + " with " + logs.get(i) + "\n haproxy: " + wanted + " tandem:  " + found);
                    }
                }
            }
        }

        assertThat(differences).isEmpty();
    }

    @Test
    void streamsAreFramedAsHaproxyFramesThem() throws Exception {
        List<String> differences = new ArrayList<>();
        try (Forwarder theirs = new Forwarder(List.of("local3"), true);
                Forwarder ours = new Forwarder(List.of("local3"), false)) {
            for (String stream : List.of(
                    "18 <165>hello message|1",
                    "17 <165>hello messag18 <165>hello message|2",
                    "<165>legacy one\n<165>legacy two\n|2",
                    "<165>a\n18 <165>hello message<165>b\n|3",
                    "<165>crlf\r\n|1",
                    "<165>zero\u0000inside\n|1",
                    "18 <165>hello messag\n|1",
                    "20 <165>hello messag\n\n\n|1",
                    "0 <165>x|closed",
                    "00018 <165>hello message|closed",
                    "5x <165>|closed",
                    "99999999 <165>x|closed",
                    "2147483648 <165>x\n|closed",
                    "noprio legacy\n|closed",
                    " 18 leading blank\n|closed",
                    "\n\n<165>empty lines before\n|closed",
                    "{\n|closed",
                    "<165>" + "y".repeat(1100) + "\n|1",
                    "<165>" + "y".repeat(8000) + "\n<165>after\n|2",
                    "8000 <165>" + "y".repeat(7995) + "17 <165>after octet |2")) {
                String wanted = play(theirs, stream);
                String found = play(ours, stream);
                if (!found.equals(wanted)) {
                    differences.add(stream + "\n haproxy: " + wanted + "\n tandem:  " + found);
                }
            }
        }

        assertThat(differences).isEmpty();
    }

    /** Sends what stands before the bar; answers as many messages as it says, or whether the connection was closed. */
    private static String play(Forwarder forwarder, String stream) throws IOException {
        int bar = stream.lastIndexOf('|');
        String expected = stream.substring(bar + 1);
        try (Socket socket = forwarder.connect()) {
            socket.getOutputStream().write(stream.substring(0, bar).getBytes(StandardCharsets.ISO_8859_1));
            if (expected.equals("closed")) {
                try {
                    return socket.getInputStream().read() < 0 ? "closed" : "an answer";
                } catch (SocketTimeoutException open) {
                    return "open";
                } catch (IOException reset) {
                    return "closed";
                }
            }
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < Integer.parseInt(expected); i++) {
                all.append(forwarder.next(0, PATIENCE_MS));
            }
            return all.toString();
        }
    }

    private static boolean isCutByHaproxy(String message, String theirs, String ours) {
        String cut = theirs.substring(0, Math.max(0, theirs.length() - 1));
        return FAILED_5424.matcher(message).matches() && ours.length() == theirs.length() + 2 && ours.startsWith(cut);
    }

    private static String withoutNow(String line, String message) {
        return NOW.matcher(line)
                .replaceAll(date -> Matcher.quoteReplacement(
                        message.contains(date.group()) || isConverted(date.group(), message) ? date.group() : "NOW"));
    }

    /** Whether a date was written in another form in the message. */
    private static boolean isConverted(String date, String message) {
        String time = date.substring(date.length() - 8);
        return date.length() < 20 && message.contains(time);
    }

    private static List<String> messages() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                LogForwardDifferentialTest.class.getResourceAsStream("log/messages.txt"), "messages")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(LogForwardDifferentialTest::unescaped)
                    .toList();
        }
    }

    private static String unescaped(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char next = text.charAt(++i);
            if (next == 'x') {
                out.append((char) Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                out.append(next == 'n' ? '\n' : next == 'r' ? '\r' : next);
            }
        }
        return out.toString();
    }
}
