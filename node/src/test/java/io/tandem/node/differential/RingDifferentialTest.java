// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ring buffers beside haproxy's: what they hold, what commands show of it, and what servers receive. */
class RingDifferentialTest {
    private static final int PATIENCE_MS = 10_000;

    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    /** A log server: what connects to it. */
    private static final class Sink implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());

        Sink() throws IOException {
            listening.setSoTimeout(PATIENCE_MS);
        }

        Socket accept() throws IOException {
            Socket socket = listening.accept();
            socket.setSoTimeout(PATIENCE_MS);
            return socket;
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }

    private static final String FRONTEND =
            """
            defaults
              mode http
              timeout client 20s
              timeout connect 5s
              timeout server 5s
            frontend f
              bind 127.0.0.1:PORT_0_
              log-format "%HP"
              http-request return status 200
            """;

    private Operated start(String text, boolean oracle) throws IOException {
        return new Operated(directory, "global\n  stats socket ADMIN level admin\n" + text, oracle, 1);
    }

    private static void request(Operated proxy, int count, String path) throws IOException {
        try (Socket socket = proxy.connect(0)) {
            socket.setSoTimeout(PATIENCE_MS);
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            for (int i = 0; i < count; i++) {
                out.write(("GET /" + path + i + " HTTP/1.1\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                readHead(in);
            }
        }
    }

    private static void readHead(InputStream in) throws IOException {
        int state = 0;
        while (state < 4) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("the proxy closed");
            }
            state = c == "\r\n\r\n".charAt(state) ? state + 1 : c == '\r' ? 1 : 0;
        }
    }

    @Test
    void aRingHoldsAsManyEventsAsHaproxysAndShowsThem() throws Exception {
        String text =
                """
                ring small
                  size 16500
                  maxlen 40
                ring wide
                  size 40000
                  description "some words"
                ring cut
                  maxlen 60
                  format priority
                """
                        + FRONTEND.replace(
                                "  log-format",
                                """
                  log ring@small local0
                  log ring@wide len 65535 local1
                  log ring@cut local1 debug err
                  log-format""");
        List<List<String>> said = new ArrayList<>();
        for (boolean oracle : new boolean[] {true, false}) {
            try (Operated proxy = start(text, oracle)) {
                request(proxy, 300, "short");
                request(proxy, 300, "x".repeat(300));
                List<String> answers = new ArrayList<>();
                for (String command : List.of(
                        "show events",
                        "show events small",
                        "show events wide",
                        "show events cut",
                        "show events small -n",
                        "show events stdout",
                        "show events none",
                        "show events small foo",
                        "show events small -n foo")) {
                    answers.add(command + ":\n" + proxy.command(command));
                }
                said.add(answers);
            }
        }

        assertThat(said.get(1)).isEqualTo(said.get(0));
    }

    @Test
    void whatTheDebugConverterTellsIsInItsRing() throws Exception {
        String text =
                """
                ring own
                  size 40000
                  maxlen 300
                ring dated
                  format iso
                """
                        + FRONTEND.replace(
                                "  log-format",
                                """
                  http-request set-var(txn.a) str(plain),debug
                  http-request set-var(txn.a) str(plain),debug(),upper,debug(upper)
                  http-request set-var(txn.a) path,debug(path,own)
                  http-request set-var(txn.a) int(-5),debug(number,own),add(1),debug(more,own)
                  http-request set-var(txn.a) src,debug(src,own),ipmask(8),debug(net,own)
                  http-request set-var(txn.a) bool(true),debug(bool,own)
                  http-request set-var(txn.a) bin(4142),debug(bin,own)
                  http-request set-var(txn.a) ipv6(2001:db8::1),debug(v6,own)
                  http-request set-var(txn.a) method,debug(method,own)
                  http-request set-var(txn.a) str(),debug(empty,own)
                  http-request set-var(txn.a) req.hdr(missing),debug(missing,own)
                  http-request set-var(txn.a) str(x),debug(dated,dated)
                  http-request set-header x y if { src,debug(acl,own) -m ip 127.0.0.1 }
                  log-format""");
        List<List<String>> said = new ArrayList<>();
        for (boolean oracle : new boolean[] {true, false}) {
            try (Operated proxy = start(text, oracle)) {
                request(proxy, 2, "x".repeat(300));
                List<String> answers = new ArrayList<>();
                for (String command : List.of("show events buf0", "show events own", "show events dated")) {
                    answers.add(proxy.command(command).replaceAll("20\\d\\d-\\S+", "DATE"));
                }
                said.add(answers);
            }
        }

        assertThat(said.get(1)).isEqualTo(said.get(0));
        assertThat(said.get(1).get(1)).contains("[debug] more: type=sint <-4>");
    }

    @Test
    void serversReceiveTheEventsInTheirFraming() throws Exception {
        List<String> received = new ArrayList<>();
        for (boolean oracle : new boolean[] {true, false}) {
            try (Sink counted = new Sink();
                    Sink lines = new Sink();
                    Sink implied = new Sink()) {
                String text =
                        """
                        ring counted
                          timeout connect 5s
                          timeout server 5s
                          server s 127.0.0.1:%d log-proto octet-count
                        ring lines
                          timeout connect 5s
                          timeout server 5s
                          format short
                          server s 127.0.0.1:%d send-proxy
                        """
                                        .formatted(counted.listening.getLocalPort(), lines.listening.getLocalPort())
                                + FRONTEND.replace(
                                        "  log-format",
                                        """
                          log ring@counted local0
                          log ring@lines local1
                          log tcp@127.0.0.1:%d format priority local2
                          log-format"""
                                                .formatted(implied.listening.getLocalPort()));
                try (Operated proxy = start(text, oracle);
                        Socket one = counted.accept();
                        Socket two = lines.accept();
                        Socket three = implied.accept()) {
                    request(proxy, 30, "path");
                    received.add(read(one, "7 /path29")
                            + read(two, "/path29\n").replaceAll("PROXY .*\r\n", "PROXY\n")
                            + read(three, "/path29\n")
                            + proxy.command("show events").replaceAll("'[^']*'", "FILE"));
                }
            }
        }

        assertThat(received.get(1)).isEqualTo(received.get(0));
    }

    private static String read(Socket socket, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[64 * 1024];
        while (text.indexOf(end, Math.max(0, text.length() - buffer.length - end.length())) < 0) {
            int count = in.read(buffer);
            if (count < 0) {
                throw new IOException("closed behind " + text);
            }
            text.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }

    @Test
    void aServerThatComesBackGetsWhatItMissed() throws Exception {
        for (boolean oracle : new boolean[] {true, false}) {
            try (Sink sink = new Sink()) {
                String text =
                        """
                        ring r
                          timeout connect 5s
                          timeout server 5s
                          server s 127.0.0.1:%d
                        """
                                        .formatted(sink.listening.getLocalPort())
                                + FRONTEND.replace("  log-format", "  log ring@r local0\n  log-format");
                try (Operated proxy = start(text, oracle)) {
                    try (Socket first = sink.accept()) {
                        request(proxy, 1, "first");
                        assertThat(read(first, "\n")).isEqualTo("/first0\n");
                    }
                    try (Socket second = sink.accept()) {
                        request(proxy, 1, "second");
                        assertThat(read(second, "\n")).as("oracle " + oracle).isEqualTo("/second0\n");
                    }
                }
            }
        }
    }

    @Test
    void whatASlowServerKeepsFromBeingPushedOutIsMissedLaterAndSaid() throws Exception {
        for (boolean oracle : new boolean[] {true, false}) {
            try (Sink sink = new Sink()) {
                sink.listening.setReceiveBufferSize(2048);
                String text =
                        """
                        ring r
                          format short
                          timeout connect 5s
                          timeout server 60s
                          server s 127.0.0.1:%d
                        """
                                        .formatted(sink.listening.getLocalPort())
                                + FRONTEND.replace("  log-format", "  log ring@r len 65535 local0\n  log-format");
                try (Operated proxy = start(text, oracle);
                        Socket slow = sink.accept()) {
                    Await.until("events are dropped", () -> {
                        request(proxy, 500, "x".repeat(4000));
                        return !proxy.command("show events").contains("0 dropped, r\n")
                                && proxy.command("show events").matches("(?s).*[1-9]\\d* dropped, r(\n.*)?");
                    });
                    assertThat(proxy.command("show info"))
                            .as("oracle " + oracle)
                            .contains("DroppedLogs: 0");
                    assertThat(read(slow, " dropped\n")).containsPattern("<5>\\d+ events? dropped\n");
                }
            }
        }
    }

    @Test
    void waitingShowsWhatComes() throws Exception {
        for (boolean oracle : new boolean[] {true, false}) {
            String text = "ring r\n" + FRONTEND.replace("  log-format", "  log ring@r local0\n  log-format");
            try (Operated proxy = start(text, oracle);
                    Operated.Talk talk = proxy.talk()) {
                request(proxy, 2, "before");
                talk.say("show events r -w\n");
                assertThat(talk.hear("/before1\n")).isEqualTo("/before0\n/before1\n");
                request(proxy, 1, "then");
                assertThat(talk.hear("/then0\n")).isEqualTo("/then0\n");
            }
            try (Operated proxy = start(text, oracle);
                    Operated.Talk talk = proxy.talk()) {
                request(proxy, 2, "before");
                talk.say("show events r -wn\n");
                Await.until("the new event is shown", () -> {
                    request(proxy, 1, "then");
                    return talk.hasSomething();
                });
                assertThat(talk.hear("/then0\n")).startsWith("/then0\n");
            }
        }
    }

    @Test
    void aFileKeepsTheEventsAndTheOneBefore() throws Exception {
        List<String> files = new ArrayList<>();
        for (boolean oracle : new boolean[] {true, false}) {
            Path file = directory.resolve(oracle ? "theirs" : "ours");
            Files.writeString(file, "of before");
            String text = "ring r\n  size 20000\n  backing-file " + file + "\n"
                    + FRONTEND.replace("  log-format", "  log ring@r local0\n  log-format");
            try (Operated proxy = start(text, oracle)) {
                request(proxy, 600, "event");
                assertThat(proxy.command("show events r")).contains("/event599");
            }
            assertThat(Files.readString(Path.of(file + ".bak"))).isEqualTo("of before");
            byte[] bytes = Files.readAllBytes(file);
            assertThat(bytes).hasSize(20_480);
            // size, bytes used, head; then the events. Between them are addresses of the process that wrote it.
            files.add(text(bytes, 0, 8) + text(bytes, 16, 16) + text(bytes, 72, bytes.length - 72));
        }

        assertThat(files.get(1)).isEqualTo(files.get(0));
    }

    private static String text(byte[] bytes, int start, int length) {
        return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
    }
}
