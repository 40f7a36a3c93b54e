// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.RunningProxy;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A proxy under observation: the installed haproxy or ours, with a server and a log receiver of its own. */
final class Subject implements AutoCloseable {
    private static final int QUIET_MS = 100;
    private static final int PATIENCE_MS = 2_000;

    private final RecordingServer server = new RecordingServer();
    private final DatagramSocket log = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final int port = Ports.reserved();
    private final RunningProxy proxy;
    private volatile int patience = 1;

    /** @param configuration with PORT, SERVER and LOG in the places of the port numbers */
    Subject(String configuration, boolean oracle) throws IOException {
        String text = configuration
                .replace("PORT", String.valueOf(port))
                .replace("SERVER", String.valueOf(server.port()))
                .replace("LOG", String.valueOf(log.getLocalPort()));
        proxy = new RunningProxy(text, oracle);
        warmUp();
    }

    /** The first request of a young process takes longer than the silence that ends a conversation. */
    private void warmUp() throws IOException {
        for (int i = 0; i < 5; i++) {
            converse("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n", false);
        }
    }

    /** What became of one conversation. */
    record Outcome(String answer, List<String> received, List<String> log) {}

    /** Sends {@code request} on a connection of its own and waits until nothing more happens. */
    Outcome converse(String request, String reply, boolean serverCloses) throws IOException {
        return converse(request, reply, serverCloses, this::readAll);
    }

    /** From now on silence must last so many times as long to end a conversation. */
    void patience(int times) {
        patience = times;
    }

    /** How a client takes what it is answered: it knows when that is all. */
    @FunctionalInterface
    interface Listening {
        /** All that was answered, with {@code <end>} behind it if the connection has ended. */
        String to(Socket client) throws IOException;
    }

    Outcome converse(String request, String reply, boolean serverCloses, Listening listening) throws IOException {
        String answer = ask(request, reply, serverCloses, listening);
        List<String> lines = logs(Integer.MAX_VALUE);
        return new Outcome(answer, server.received(), lines);
    }

    /** As {@link #converse}, for a request that has one line in the log: it is over when that has come. */
    Outcome exchange(String request, String reply, boolean serverCloses, Listening listening) throws IOException {
        String answer = ask(request, reply, serverCloses, listening);
        List<String> lines = logs(1);
        return new Outcome(answer, server.received(), lines);
    }

    private String ask(String request, String reply, boolean serverCloses, Listening listening) throws IOException {
        server.script(reply, serverCloses);
        String answer;
        try (Socket client = new Socket()) {
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
            client.setTcpNoDelay(true);
            client.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            answer = listening.to(client);
        }
        return answer;
    }

    private String readAll(Socket client) {
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[65_536];
        try {
            client.setSoTimeout(QUIET_MS * 3 * patience);
            while (true) {
                int count = client.getInputStream().read(buffer);
                if (count < 0) {
                    return text.append("<end>").toString();
                }
                text.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
                client.setSoTimeout(QUIET_MS * patience);
            }
        } catch (SocketTimeoutException quiet) {
            return text.toString();
        } catch (IOException reset) {
            return text.append("<end>").toString();
        }
    }

    /** The log lines since the last call, or {@code most} of them: backend/server, status, bytes, how it ended, request. Times are left out. */
    private List<String> logs(int most) throws IOException {
        List<String> lines = new ArrayList<>();
        byte[] buffer = new byte[65_536];
        log.setSoTimeout((most == 1 ? PATIENCE_MS : QUIET_MS) * patience);
        try {
            while (lines.size() < most) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                log.receive(packet);
                String line = new String(buffer, 0, packet.getLength(), StandardCharsets.ISO_8859_1).trim();
                int at = line.indexOf("] fe ");
                if (at >= 0) {
                    String[] fields = line.substring(at + 5).split(" ", 10);
                    lines.add(fields[0] + " " + fields[2] + " " + fields[3] + " " + fields[6] + " " + fields[9].trim());
                } else if (line.contains("] fe/")) {
                    lines.add(line.substring(line.indexOf("] fe/") + 2)); // it ended before its first request
                }
            }
            return lines;
        } catch (SocketTimeoutException quiet) {
            return lines;
        }
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        server.close();
        log.close();
    }
}
