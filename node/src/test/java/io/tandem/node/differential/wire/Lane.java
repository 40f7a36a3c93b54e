// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.wire;

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

/**
 * A way through one proxy for one conversation at a time: a frontend, backend and server for each mode, and a receiver of
 * their log lines.
 */
final class Lane implements AutoCloseable {
    private static final List<Mode> MODES = List.of(Mode.values());

    private final int number;
    private final String address;
    private final ScriptedServer server = new ScriptedServer();
    private final DatagramSocket log = new DatagramSocket(0, InetAddress.getLoopbackAddress());

    /** @param address the proxy's, that nobody else uses */
    Lane(int number, String address) throws IOException {
        this.number = number;
        this.address = address;
    }

    /** Its sections of the configuration. */
    String sections() {
        StringBuilder text = new StringBuilder();
        for (Mode mode : MODES) {
            String id = mode + "_" + number;
            String target =
                    switch (mode) {
                        case REFUSED -> address + ":9";
                        case BLACKHOLED -> address + ":8";
                        default -> "127.0.0.1:" + server.port();
                    };
            text.append("frontend fe_").append(id).append('\n');
            text.append("    bind ").append(address).append(':').append(port(mode));
            text.append("\n    log 127.0.0.1:").append(log.getLocalPort()).append(" local0\n");
            text.append(frontendLines(mode));
            text.append("    default_backend be_").append(id).append('\n');
            text.append("backend be_").append(id).append('\n');
            text.append(backendLines(mode))
                    .append("    server s1 ")
                    .append(target)
                    .append('\n');
        }
        return text.toString();
    }

    private static String frontendLines(Mode mode) {
        return mode.lines().lines().filter(line -> !isOfBackends(line)).reduce("", (a, b) -> a + b + "\n");
    }

    private static String backendLines(Mode mode) {
        return mode.lines().lines().filter(Lane::isOfBackends).reduce("", (a, b) -> a + b + "\n");
    }

    private static boolean isOfBackends(String line) {
        String words = line.trim();
        return words.startsWith("retries")
                || words.startsWith("option redispatch")
                || words.startsWith("timeout server")
                || words.startsWith("timeout connect");
    }

    private int port(Mode mode) {
        return 10_000 + 100 * MODES.indexOf(mode) + number;
    }

    /** Holds the conversation, and waits until nothing more happens; {@code patience} multiplies how long that takes. */
    synchronized Outcome converse(Case one, int patience) throws IOException, InterruptedException {
        server.script(one.steps());
        logs(1); // what came too late for the last conversation
        String answer;
        int quietMs = one.mode().quietMs() * patience;
        try (Socket client = new Socket()) {
            client.connect(new InetSocketAddress(address, port(one.mode())), 5000);
            client.setTcpNoDelay(true);
            answer = talk(client, one, quietMs);
        }
        List<String> lines = logs(80 * patience);
        return new Outcome(answer, server.received(), lines);
    }

    private static String talk(Socket client, Case one, int quietMs) throws InterruptedException {
        StringBuilder answer = new StringBuilder();
        try {
            boolean first = true;
            for (String piece : one.sends()) {
                if (!first) {
                    Thread.sleep(ScriptedServer.PAUSE_MS);
                }
                first = false;
                client.getOutputStream().write(piece.getBytes(StandardCharsets.ISO_8859_1));
            }
            if (one.halfCloses()) {
                client.shutdownOutput();
            }
        } catch (IOException closed) {
            // what was answered before that can still be read
        }
        byte[] buffer = new byte[65_536];
        try {
            client.setSoTimeout(quietMs * 2);
            while (true) {
                int count = client.getInputStream().read(buffer);
                if (count < 0) {
                    return answer.append("<end>").toString();
                }
                answer.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
                client.setSoTimeout(quietMs);
            }
        } catch (SocketTimeoutException quiet) {
            return answer.toString();
        } catch (IOException reset) {
            return answer.append("<end>").toString();
        }
    }

    private List<String> logs(int quietMs) throws IOException {
        List<String> lines = new ArrayList<>();
        byte[] buffer = new byte[65_536];
        log.setSoTimeout(quietMs);
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                log.receive(packet);
                String line = new String(buffer, 0, packet.getLength(), StandardCharsets.ISO_8859_1).trim();
                int at = line.indexOf("] fe_");
                if (at >= 0) {
                    lines.add(withoutTimes(line.substring(at + 2)));
                }
            }
        } catch (SocketTimeoutException quiet) {
            return lines;
        }
    }

    /** {@code fe be/server times status bytes - - code counts queues request}, names without lane and mode. */
    private static String withoutTimes(String line) {
        String[] f = line.split(" ", 11);
        String server = f[1].replaceFirst("^([bf]e)_[A-Z0-9_]+", "$1");
        String retries = f[8].substring(f[8].lastIndexOf('/') + 1);
        String request = f[10].trim();
        if (!request.endsWith("\"")) {
            request = request.substring(0, 200); // the line was cut at 1024 bytes, wherever that is
        }
        return server + " " + f[3] + " " + f[4] + " " + f[7] + " retries " + retries + " " + request;
    }

    @Override
    public void close() throws IOException {
        server.close();
        log.close();
    }
}
