// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import static io.tandem.node.testkit.LoopbackServer.head;
import static io.tandem.node.testkit.LoopbackServer.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@code strict-maxconn}: with it, idle connections count for {@code maxconn}, and make room for new ones. */
class StrictMaxconnTest {
    @Test
    void idleConnectionsAreOnTop() throws Exception {
        assertThat(openBehind("", 1)).isGreaterThan(2);
    }

    @Test
    void withItNoMoreAreEverOpen() throws Exception {
        assertThat(openBehind("strict-maxconn", 1)).isBetween(1, 2);
    }

    @Test
    void severalLoopsKeepItTogether() throws Exception {
        assertThat(openBehind("strict-maxconn", 4)).isBetween(1, 2);
    }

    /** Connections to a server with {@code maxconn 2} that are open when many clients have come and gone. */
    private int openBehind(String option, int loops) throws Exception {
        int port = Ports.reserved();
        try (LoopbackServer server = new LoopbackServer((connection, number) -> {
                    while (!head(connection).isEmpty()) {
                        send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    }
                });
                TestProxy ignored = TestProxy.start(
                        "defaults\n mode http\n timeout connect 20s\n timeout client 20s\n timeout server 20s\n timeout queue 20s\n"
                                + "listen fe\n bind 127.0.0.1:" + port + "\n server s 127.0.0.1:" + server.port()
                                + " maxconn 2 pool-low-conn 100 " + option + "\n",
                        loops)) {
            ExecutorService clients = Executors.newFixedThreadPool(8);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    all.add(clients.submit(() -> ask(port)));
                }
                for (Future<?> client : all) {
                    client.get(60, TimeUnit.SECONDS);
                }
            } finally {
                clients.shutdownNow();
            }
            return established(server.port()); // the kernel tells what is true while nothing changes
        }
    }

    /** Clients that come one after the other: the first request of each may only use what has proven itself. */
    private static int ask(int port) throws IOException {
        int requests = 0;
        for (; requests < 10; requests++) {
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.setSoTimeout(30_000);
                send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(head(client)).startsWith("HTTP/1.1 200 ");
            }
        }
        return requests;
    }

    /** Connections that have not been closed by whoever opened them to that port. */
    private static int established(int port) throws IOException {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        List<String> sockets = new ArrayList<>(Files.readAllLines(Path.of("/proc/net/tcp")));
        sockets.addAll(Files.readAllLines(Path.of("/proc/net/tcp6")));
        return (int) sockets.stream()
                .map(line -> line.strip().split(" +"))
                .filter(fields -> fields[2].endsWith(suffix) && fields[3].equals("01"))
                .count();
    }
}
