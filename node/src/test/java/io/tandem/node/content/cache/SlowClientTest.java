// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A large object of the cache on its way to a client that hardly reads, while others want the cache's room. */
@Timeout(120)
class SlowClientTest {
    private static final int SIZE = 1_500_000;

    /** Bytes that tell where they stand, other ones for each path. */
    private static byte[] body(String path) {
        byte[] body = new byte[SIZE];
        for (int i = 0; i < SIZE; i++) {
            body[i] = (byte) ((i >> 8) + i * 31 + path.hashCode());
        }
        return body;
    }

    private static Socket asks(int port, String path, int receiveBuffer) throws IOException {
        Socket client = new Socket();
        if (receiveBuffer > 0) {
            client.setReceiveBufferSize(receiveBuffer);
        }
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        client.setSoTimeout(60_000);
        LoopbackServer.send(client, "GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        return client;
    }

    private static byte[] content(byte[] answer) {
        String text = new String(answer, StandardCharsets.ISO_8859_1);
        int body = text.indexOf("\r\n\r\n") + 4;
        byte[] content = new byte[answer.length - body];
        System.arraycopy(answer, body, content, 0, content.length);
        return content;
    }

    @Test
    void getsItWholeWhileItIsPushedOut() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        int front = Ports.reserved();
        try (LoopbackServer server = new LoopbackServer((client, number) -> {
                    String head = LoopbackServer.head(client);
                    asked.incrementAndGet();
                    String path = head.split(" ", 3)[1];
                    LoopbackServer.send(
                            client,
                            "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: " + SIZE
                                    + "\r\nConnection: close\r\n\r\n");
                    client.getOutputStream().write(body(path));
                });
                TestProxy proxy = TestProxy.start(
                        """
                        global
                          tune.sndbuf.client 8192
                        cache c
                          total-max-size 4
                          max-object-size 2000000
                          max-age 60
                        frontend f
                          mode http
                          bind 127.0.0.1:%d
                          timeout client 60s
                          default_backend b
                        backend b
                          mode http
                          timeout connect 5s
                          timeout server 60s
                          http-request cache-use c
                          http-response cache-store c
                          server s 127.0.0.1:%d
                        """
                                .formatted(front, server.port()),
                        2)) {
            try (Socket first = asks(front, "/large", 0)) {
                assertThat(content(first.getInputStream().readAllBytes())).isEqualTo(body("/large"));
            }
            assertThat(asked).hasValue(1);
            try (Socket slow = asks(front, "/large", 4096)) {
                InputStream in = slow.getInputStream();
                byte[] begun = in.readNBytes(20_000);
                assertThat(asked).as("it comes from the cache").hasValue(1);
                for (int i = 0; i < 6; i++) {
                    try (Socket other = asks(front, "/other" + i, 0)) {
                        assertThat(content(other.getInputStream().readAllBytes()))
                                .isEqualTo(body("/other" + i));
                    }
                }
                byte[] rest = in.readAllBytes();
                byte[] all = new byte[begun.length + rest.length];
                System.arraycopy(begun, 0, all, 0, begun.length);
                System.arraycopy(rest, 0, all, begun.length, rest.length);
                assertThat(content(all)).isEqualTo(body("/large"));
            }
            try (Socket gone = asks(front, "/large", 4096)) {
                assertThat(gone.getInputStream().readNBytes(20_000)).hasSize(20_000); // and leaves in the middle
            }
            try (Socket again = asks(front, "/other5", 0)) {
                assertThat(content(again.getInputStream().readAllBytes())).isEqualTo(body("/other5"));
            }
            assertThat(proxy.openSessions("f")).isLessThanOrEqualTo(1);
        }
    }
}
