// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TcpFarewellTest {
    /** The server is gone, bytes for the client are on their way, and the client does not take them. */
    @Test
    void aClientThatDoesNotReadIsLeftAfterItsTimeOut() throws Exception {
        int port = Ports.reserved();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestProxy proxy = TestProxy.start(configuration(port, server.getLocalPort()), 1);
                Socket client = new Socket()) {
            client.setReceiveBufferSize(4096);
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            client.getOutputStream().write('a');
            Socket talking = server.accept();
            CompletableFuture<Void> talk = CompletableFuture.runAsync(() -> talk(talking));
            assertThat(client.getInputStream().read()).isEqualTo('x');
            talking.setSoLinger(true, 0);
            talking.close();
            talk.get(10, TimeUnit.SECONDS);

            Await.until("the session ends", () -> proxy.openSessions("f") == 0);
        }
    }

    private static String configuration(int port, int server) {
        return "defaults\n    mode tcp\n    timeout client 1s\n    timeout connect 5s\n    timeout server 20s\n"
                + "frontend f\n    bind 127.0.0.1:" + port
                + "\n    default_backend b\nbackend b\n    server s 127.0.0.1:"
                + server + "\n";
    }

    /** Until nobody listens any more. */
    private static void talk(Socket socket) {
        byte[] much = "x".repeat(64 * 1024).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        try {
            while (true) {
                socket.getOutputStream().write(much);
            }
        } catch (IOException closed) {
            // by the test
        }
    }
}
