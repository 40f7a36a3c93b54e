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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One of two proxies that a scenario is played against, the installed haproxy or ours: its configuration is the same, its
 * port and the receiver of its log are its own. The scenario brings the servers and the clients.
 */
final class Contestant implements AutoCloseable {
    private static final int PATIENCE_MS = 5_000;

    private final DatagramSocket log = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final int[] ports;
    private final Map<String, BlockingQueue<String>> lines = new ConcurrentHashMap<>();
    private final @Nullable Process haproxy;
    private final @Nullable TestProxy tandem;

    /** @param configuration with PORT and LOG in the places of the port numbers */
    Contestant(String configuration, boolean oracle) throws IOException, InterruptedException {
        this(configuration, oracle, 0);
    }

    /** @param more how many other ports it listens on: PORT_1_, PORT_2_ and so on */
    Contestant(String configuration, boolean oracle, int more) throws IOException, InterruptedException {
        ports = freePorts(more + 1);
        String text = configuration.replace("LOG", String.valueOf(log.getLocalPort()));
        for (int i = 1; i <= more; i++) {
            text = text.replace("PORT_" + i + "_", String.valueOf(ports[i]));
        }
        text = text.replace("PORT", String.valueOf(ports[0]));
        Thread receiver = new Thread(this::receive, "log");
        receiver.setDaemon(true);
        receiver.start();
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

    private static int[] freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        int[] ports = new int[count];
        for (int i = 0; i < count; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            ports[i] = socket.getLocalPort();
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    private void awaitStart(Process process) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() - deadline < 0) {
            try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), ports[0])) {
                if (probe.isConnected()) {
                    Thread.sleep(50); // its line, if there is one, is not part of the scenario
                    lines.clear();
                    return;
                }
            } catch (IOException notYet) {
                if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
        }
        throw new IOException("haproxy did not start with this configuration");
    }

    private void receive() {
        byte[] buffer = new byte[65_536];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                log.receive(packet);
                String line = new String(buffer, 0, packet.getLength(), StandardCharsets.ISO_8859_1).trim();
                int at = line.indexOf("] fe");
                if (at >= 0) {
                    String text = line.substring(at + 2);
                    queue(text.substring(0, text.indexOf(' '))).add(text);
                }
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private BlockingQueue<String> queue(String frontend) {
        return lines.computeIfAbsent(frontend, name -> new LinkedBlockingQueue<>());
    }

    Socket connect() throws IOException {
        return connect(0);
    }

    /** @param index which of its ports */
    Socket connect(int index) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), ports[index]);
        socket.setSoTimeout(PATIENCE_MS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** The next {@code count} log lines of the frontend {@code fe}, from its name on. */
    List<String> log(int count) throws InterruptedException {
        return log("fe", count);
    }

    List<String> log(String frontend, int count) throws InterruptedException {
        List<String> found = new ArrayList<>();
        while (found.size() < count) {
            String line = queue(frontend).poll(PATIENCE_MS, TimeUnit.MILLISECONDS);
            if (line == null) {
                found.add("(no more lines)");
                return found;
            }
            found.add(line);
        }
        return found;
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
