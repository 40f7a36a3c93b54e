// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How connections end that have said their last. */
class FarewellTest {
    private final int port = Ports.reserved();
    private LoopbackServer server;
    private TestProxy proxy;

    @BeforeEach
    void start() throws Exception {
        server = new LoopbackServer((connection, number) -> {
            String head = LoopbackServer.head(connection);
            int length = Integer.parseInt(head.substring(head.indexOf('/') + 1, head.indexOf(" HTTP")));
            LoopbackServer.send(connection, "HTTP/1.0 200 OK\r\n\r\n" + "x".repeat(length));
        });
        proxy = TestProxy.start(
                """
                global
                    tune.sndbuf.client 4096
                defaults
                    mode http
                    timeout client 2s
                    timeout connect 5s
                    timeout server 5s
                frontend fe
                    bind 127.0.0.1:PORT
                    http-request deny if METH_POST
                    default_backend be
                backend be
                    server s 127.0.0.1:SERVER
                """
                        .replace("PORT", "" + port)
                        .replace("SERVER", "" + server.port()),
                1);
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        server.close();
    }

    private Socket client() throws Exception {
        Socket client = new Socket();
        client.setReceiveBufferSize(4096);
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        client.setSoTimeout(10_000);
        return client;
    }

    private void ask(Socket client, String text) throws Exception {
        client.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    /** Answers of all lengths: whatever waits for the client when the server is done, what it takes of that is no new time. */
    @Test
    void clientsThatStopReadingAreLeftAfterTheirTime() throws Exception {
        List<Socket> clients = new ArrayList<>();
        try {
            for (int length = 30_000; length < 300_000; length += 15_000) {
                Socket client = client();
                clients.add(client);
                ask(client, "GET /" + length + " HTTP/1.0\r\n\r\n");
            }
            for (int turn = 0; turn < 2; turn++) {
                for (int i = 0; i < clients.size(); i++) {
                    clients.get(i).getInputStream().readNBytes(10_000 + 4_000 * i);
                }
            }
            Await.until("all connections end", () -> proxy.openSessions("fe") == 0);
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    /** The refusal has been read, and the client ends: there is nothing to linger for. A machine may be late, but not each time. */
    @Test
    void aRefusedClientThatEndsIsNotWaitedForAnyLonger() throws Exception {
        long quickestMs = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 3 && quickestMs > 1500; attempt++) {
            try (Socket client = client()) {
                ask(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
                String answer = new String(client.getInputStream().readAllBytes(), ISO_8859_1);
                assertThat(answer).startsWith("HTTP/1.1 403 ");
            }
            long ended = System.nanoTime();
            Await.until("the connection ends", () -> proxy.openSessions("fe") == 0);
            quickestMs = Math.min(quickestMs, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - ended));
        }
        assertThat(quickestMs).as("of the two seconds that a client has").isLessThan(1500);
    }
}
