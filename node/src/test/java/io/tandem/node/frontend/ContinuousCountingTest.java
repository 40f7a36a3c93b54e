// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Ports;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** {@code option contstats}: bytes are counted while a session lasts, and once. */
class ContinuousCountingTest {
    private static long sent(TestProxy proxy, String frontend) {
        return proxy.configuration()
                .frontend(frontend)
                .orElseThrow()
                .meters()
                .counters()
                .sum(ProxyCounter.BYTES_OUT);
    }

    @Test
    void bytesOfASessionThatLastsAreCountedBeforeItsEnd() throws Exception {
        int port = Ports.reserved();
        int other = Ports.reserved();
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                TestProxy proxy = TestProxy.start(
                        "defaults\n mode tcp\n timeout client 30s\n timeout server 30s\n timeout connect 5s\n"
                                + "frontend counted\n option contstats\n bind 127.0.0.1:" + port
                                + "\n default_backend be\nfrontend later\n bind 127.0.0.1:" + other
                                + "\n default_backend be\nbackend be\n server s 127.0.0.1:" + server.getLocalPort()
                                + "\n",
                        1);
                Socket client = new Socket(InetAddress.getByName("127.0.0.1"), port);
                Socket s = server.accept();
                Socket second = new Socket(InetAddress.getByName("127.0.0.1"), other);
                Socket t = server.accept()) {
            s.getOutputStream().write(new byte[1000]);
            t.getOutputStream().write(new byte[1000]);
            assertThat(client.getInputStream().readNBytes(1000)).hasSize(1000);
            assertThat(second.getInputStream().readNBytes(1000)).hasSize(1000);

            Await.until("the bytes so far are counted", () -> sent(proxy, "counted") == 1000);
            assertThat(sent(proxy, "later")).isZero();

            s.getOutputStream().write(new byte[500]);
            assertThat(client.getInputStream().readNBytes(500)).hasSize(500);
            s.close();
            client.close();
            t.close();
            second.close();
            Await.until("the rest is counted", () -> sent(proxy, "counted") == 1500 && sent(proxy, "later") == 1000);
        }
    }
}
