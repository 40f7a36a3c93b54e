// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.ScriptedDns;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers known by name, when the configuration is replaced. */
@Timeout(120)
class ResolutionReloadTest {
    private static String configuration(int front, int server, int dns) {
        return """
                resolvers r
                  nameserver a 127.0.0.1:%d
                  resolve_retries 1
                  timeout retry 200ms
                  timeout resolve 200ms
                  hold valid 200ms
                defaults
                  mode http
                  timeout client 5s
                  timeout connect 5s
                  timeout server 5s
                frontend f
                  bind 127.0.0.1:%d
                  default_backend b
                backend b
                  server s app.test:%d resolvers r init-addr none
                """
                .formatted(dns, front, server);
    }

    private static String address(TestProxy proxy) {
        InetSocketAddress address = proxy.configuration()
                .backend("b")
                .orElseThrow()
                .servers()
                .get(0)
                .address();
        return address == null || address.getAddress() == null
                ? "none"
                : address.getAddress().getHostAddress();
    }

    private static String ask(int port) throws Exception {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(20_000);
            LoopbackServer.send(client, "GET / HTTP/1.0\r\n\r\n");
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void anAddressOutlivesAReloadAndFollowsItsNameBehindIt() throws Exception {
        int front = Ports.reserved();
        try (ScriptedDns dns = new ScriptedDns("app.test a 127.0.0.1\n");
                LoopbackServer server = new LoopbackServer((client, number) -> {
                    LoopbackServer.head(client);
                    LoopbackServer.send(client, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere");
                });
                TestProxy proxy = TestProxy.start(configuration(front, server.port(), dns.port()), 1)) {
            Await.until("the first answer", () -> address(proxy).equals("127.0.0.1"));
            assertThat(ask(front)).endsWith("here");

            dns.zone("app.test drop\n");
            for (int i = 0; i < 2; i++) {
                long asked = dns.asked("app.test");
                proxy.reload(configuration(front, server.port(), dns.port()));
                // Two searches in vain: the failure of the first has been told.
                Await.until("asked again and again", () -> dns.asked("app.test") >= asked + 4);
                assertThat(address(proxy)).isEqualTo("127.0.0.1");
                assertThat(ask(front)).endsWith("here");
            }

            dns.zone("app.test a 127.0.0.9\n");
            Await.until("another address", () -> address(proxy).equals("127.0.0.9"));
            proxy.reload(configuration(front, server.port(), dns.port()));
            assertThat(address(proxy)).isEqualTo("127.0.0.9");
        }
    }

    @Test
    void anotherNameIsAskedForBehindAReload() throws Exception {
        int front = Ports.reserved();
        try (ScriptedDns dns = new ScriptedDns("app.test a 127.0.0.2\nnew.test a 127.0.0.3\n");
                TestProxy proxy = TestProxy.start(configuration(front, 80, dns.port()), 1)) {
            Await.until("the first answer", () -> address(proxy).equals("127.0.0.2"));
            proxy.reload(configuration(front, 80, dns.port()).replace("app.test", "new.test"));

            Await.until("the other name's address", () -> address(proxy).equals("127.0.0.3"));
        }
    }
}
