// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.TrustingClient;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS below rules that look at what comes: handshakes count as everywhere, good ones and bad ones, each once. */
class InspectedTlsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void handshakesUnderContentRulesCountOnce() throws Exception {
        int port = Ports.reserved();
        Path certificate = Files.writeString(directory.resolve("c.pem"), resource("ec.crt") + resource("ec.key"));
        try (LoopbackServer echo =
                        new LoopbackServer((connection, number) -> LoopbackServer.send(connection, String.valueOf((char)
                                connection.getInputStream().read())));
                TestProxy proxy = TestProxy.start(
                        """
                        defaults
                            mode tcp
                            timeout client 5s
                            timeout connect 5s
                            timeout server 5s
                        frontend fe
                            bind 127.0.0.1:PORT ssl crt CRT
                            tcp-request inspect-delay 5s
                            tcp-request session accept
                            tcp-request content accept if { req.payload(0,1) -m found }
                            default_backend be
                        backend be
                            server s 127.0.0.1:SERVER
                        """
                                .replace("PORT", "" + port)
                                .replace("CRT", certificate.toString())
                                .replace("SERVER", "" + echo.port()),
                        1)) {
            var context = TrustingClient.context();
            for (int i = 0; i < 2; i++) {
                try (SSLSocket client = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
                    client.setSoTimeout(5_000);
                    client.startHandshake();
                    client.getOutputStream().write('a');
                    assertThat(client.getInputStream().read()).isEqualTo('a');
                }
                long good = i + 1L;
                Await.until("it is counted", () -> count(proxy, ProxyCounter.TLS_SESSIONS) == good);
            }
            assertThat(count(proxy, ProxyCounter.TLS_FAILED)).isZero();

            try (Socket stranger = new Socket("127.0.0.1", port)) {
                stranger.setSoTimeout(5_000);
                stranger.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                stranger.getInputStream().readAllBytes();
            }
            Await.until("it is counted", () -> count(proxy, ProxyCounter.TLS_FAILED) == 1);
            Await.until("all have ended", () -> proxy.openSessions("fe") == 0);
            assertThat(count(proxy, ProxyCounter.TLS_SESSIONS)).isEqualTo(2);
            assertThat(count(proxy, ProxyCounter.TLS_FAILED)).isOne();
        }
    }

    private static long count(TestProxy proxy, ProxyCounter counter) {
        return proxy.configuration()
                .frontend("fe")
                .orElseThrow()
                .meters()
                .counters()
                .sum(counter);
    }

    private static String resource(String name) throws Exception {
        try (var in = Objects.requireNonNull(
                InspectedTlsTest.class.getResourceAsStream("/io/tandem/node/frontend/tls/" + name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
