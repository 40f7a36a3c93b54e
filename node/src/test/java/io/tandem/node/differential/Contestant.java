// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tandem.node.boot.TestProxy;
import java.io.File;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One of two proxies that a scenario is played against, the installed haproxy or ours: its configuration is the same, its
 * port and the receiver of its log are its own. The scenario brings the servers and the clients.
 */
final class Contestant implements AutoCloseable {
    private static final int PATIENCE_MS = 5_000;

    private final DatagramSocket log = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final int port;
    private final @Nullable Process haproxy;
    private final @Nullable TestProxy tandem;

    /** @param configuration with PORT and LOG in the places of the port numbers */
    Contestant(String configuration, boolean oracle) throws IOException, InterruptedException {
        port = freePort();
        String text =
                configuration.replace("PORT", String.valueOf(port)).replace("LOG", String.valueOf(log.getLocalPort()));
        if (oracle) {
            Path file = Files.createTempFile("oracle", ".cfg");
            Files.writeString(file, text);
            haproxy = new ProcessBuilder("haproxy", "-db", "-q", "-f", file.toString())
                    .inheritIO()
                    .start();
            tandem = null;
            awaitStart(haproxy);
            Files.delete(file);
        } else {
            haproxy = null;
            tandem = TestProxy.start(text, 1);
        }
    }

    /** Skips the test where there is no haproxy to compare with; in CI there must be one. */
    static void assumeOracle() {
        boolean present = new File("/usr/sbin/haproxy").canExecute();
        if (!present && "true".equals(System.getenv("CI"))) {
            throw new IllegalStateException("haproxy is not installed");
        }
        assumeTrue(present);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** A connection made to see whether it listens would show in the log: the socket is looked for instead. */
    private void awaitStart(Process process) throws IOException, InterruptedException {
        String listening = ":%04X 00000000:0000 0A".formatted(port);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!Files.readString(Path.of("/proc/net/tcp")).contains(listening)) {
            if (System.nanoTime() - deadline >= 0 || process.waitFor(10, TimeUnit.MILLISECONDS)) {
                throw new IOException("haproxy did not start with this configuration");
            }
        }
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** The next {@code count} log lines, from the frontend's name on. */
    List<String> log(int count) throws IOException {
        List<String> lines = new ArrayList<>();
        byte[] buffer = new byte[65_536];
        log.setSoTimeout(PATIENCE_MS);
        try {
            while (lines.size() < count) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                log.receive(packet);
                String line = new String(buffer, 0, packet.getLength(), StandardCharsets.ISO_8859_1).trim();
                int at = line.indexOf("] fe");
                if (at >= 0) {
                    lines.add(line.substring(at + 2));
                }
            }
        } catch (SocketTimeoutException missing) {
            lines.add("(no more lines)");
        }
        return lines;
    }

    @Override
    public void close() {
        if (haproxy != null) {
            haproxy.destroyForcibly();
        }
        if (tandem != null) {
            tandem.close();
        }
        log.close();
    }
}
