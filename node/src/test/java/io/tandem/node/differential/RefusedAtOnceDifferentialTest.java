// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.LogReceiver;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.RunningProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers to which the system itself refuses a connection, before anything leaves: a unix socket that is not there or is full, a
 * source address that is not ours. Attempts follow each other at once, and what is answered and logged is the installed haproxy's.
 */
@Timeout(120)
class RefusedAtOnceDifferentialTest {
    private static final int PATIENCE_S = 20;
    /** A second lies between two attempts that are not refused at once. */
    private static final int AT_ONCE_MS = 1000;

    /** The lines of a backend, by what is wrong. */
    private static final Map<String, String> BACKENDS = new LinkedHashMap<>();

    static {
        BACKENDS.put("missing", "server s DIR/missing.sock");
        BACKENDS.put("abandoned", "server s DIR/abandoned.sock");
        BACKENDS.put("abstract", "server s abns@tandem-nobody-listens");
        BACKENDS.put("full", "server s DIR/full.sock");
        BACKENDS.put("redispatched", "option redispatch\n server s DIR/missing.sock\n server t DIR/missing2.sock");
        BACKENDS.put(
                "redispatched-soon", "option redispatch 1\n server s DIR/missing.sock\n server t DIR/missing2.sock");
        BACKENDS.put("once", "retries 0\n server s DIR/missing.sock");
        BACKENDS.put("often", "retries 40\n server s DIR/missing.sock");
        BACKENDS.put("never", "retry-on none\n server s DIR/missing.sock");
        BACKENDS.put("foreign-source", "server s 127.0.0.1:DEAD source 192.0.2.77");
        BACKENDS.put("broadcast", "server s 255.255.255.255:80");
    }

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void attemptsFollowAtOnceAndAreLoggedAsHaproxyLogsThem() throws Exception {
        InstalledHaproxy.assumeInstalled();
        try (ServerSocketChannel abandoned = listening("abandoned.sock")) {
            assertThat(abandoned.isOpen()).isTrue();
        }
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocketChannel full = listening("full.sock")) {
            assertThat(full.isOpen()).isTrue();
            fill(waiting);

            Map<String, List<String>> theirs = played(true);

            assertThat(played(false)).isEqualTo(theirs);
        } finally {
            for (SocketChannel client : waiting) {
                client.close();
            }
        }
    }

    private ServerSocketChannel listening(String name) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(directory.resolve(name)), 1);
        return channel;
    }

    private void fill(List<SocketChannel> waiting) throws IOException {
        try {
            for (int i = 0; i < 10; i++) {
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
                waiting.add(client);
                client.configureBlocking(false);
                client.connect(UnixDomainSocketAddress.of(directory.resolve("full.sock")));
            }
        } catch (IOException itIsFull) {
            return;
        }
        throw new IllegalStateException("a line of one takes ten");
    }

    private Map<String, List<String>> played(boolean oracle) throws Exception {
        BlockingQueue<String> logged = new LinkedBlockingQueue<>();
        Map<String, Integer> ports = new LinkedHashMap<>();
        Map<String, List<String>> outcomes = new LinkedHashMap<>();
        try (LogReceiver log = new LogReceiver(logged::add);
                RunningProxy ignored = new RunningProxy(configuration(log.port(), ports), oracle)) {
            for (Map.Entry<String, Integer> one : ports.entrySet()) {
                outcomes.put(one.getKey(), converse(one.getKey(), one.getValue(), logged));
            }
        }
        return outcomes;
    }

    private String configuration(int log, Map<String, Integer> ports) throws IOException {
        StringBuilder text = new StringBuilder("defaults\n mode http\n timeout connect 3s\n timeout client 30s\n"
                + " timeout server 30s\n log 127.0.0.1:" + log + " local0\n option httplog\n");
        try (ServerSocket none = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String dead = String.valueOf(none.getLocalPort());
            BACKENDS.forEach((name, lines) -> {
                for (String mode : List.of("http", "tcp")) {
                    String own = name + "-" + mode;
                    ports.put(own, Ports.reserved());
                    text.append("listen ").append(own).append("\n mode ").append(mode);
                    text.append("\n option ")
                            .append(mode)
                            .append("log\n bind 127.0.0.1:")
                            .append(ports.get(own));
                    text.append("\n ")
                            .append(lines.replace("DIR", directory.toString()).replace("DEAD", dead));
                    text.append('\n');
                }
            });
        }
        return text.toString();
    }

    /** The answer, and the lines up to that of the session, without times. */
    private static List<String> converse(String name, int port, BlockingQueue<String> logged) throws Exception {
        List<String> outcome = new ArrayList<>();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(PATIENCE_S * 1000);
            client.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            outcome.add(firstLine(client));
        }
        return logged(name, logged, outcome);
    }

    private static String firstLine(Socket client) {
        StringBuilder line = new StringBuilder();
        try {
            for (int b = client.getInputStream().read();
                    b > '\r';
                    b = client.getInputStream().read()) {
                line.append((char) b);
            }
            return line.toString();
        } catch (IOException reset) {
            return line.toString(); // a proxy that has nothing to say may end it either way
        }
    }

    private static List<String> logged(String name, BlockingQueue<String> logged, List<String> outcome)
            throws InterruptedException {
        while (true) {
            String line = logged.poll(PATIENCE_S, TimeUnit.SECONDS);
            assertThat(line)
                    .as("what is logged of " + name + " behind " + outcome)
                    .isNotNull();
            int at = line.indexOf("] " + name + " ");
            if (at < 0) {
                continue; // an event, which a process tells its logs
            }
            String[] fields = line.substring(at + 2).trim().split(" ", -1);
            String times = fields[2];
            int total = Integer.parseInt(times.substring(times.lastIndexOf('/') + 1));
            assertThat(total).as("milliseconds it took: " + line).isLessThan(AT_ONCE_MS);
            fields[2] = times.replaceAll("(?<![-0-9])[0-9]+", "n");
            outcome.add(String.join(" ", fields).replaceAll(" [0-9]+/[0-9]+/([0-9]+/[0-9]+/[+0-9]+ )", " n/n/$1"));
            return outcome;
        }
    }
}
