// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Ports;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReloadMemoryTest {
    /** One that stays is the one before: what is served may still refer to it. */
    @Test
    void configurationsThatAreOverAreForgotten() throws Exception {
        isForgotten(port -> {});
    }

    /** Nobody comes any more: what the loops keep for the next request must not know the last one. */
    @Test
    void theConfigurationOfTheLastRequestIsForgotten() throws Exception {
        isForgotten(port -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.getOutputStream()
                        .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 503 ");
            }
        });
    }

    /** Of one frontend's only client. */
    private interface Traffic {
        void to(int port) throws IOException;
    }

    private static void isForgotten(Traffic traffic) throws Exception {
        int port = Ports.reserved();
        String text =
                """
                defaults
                    mode http
                    timeout client 1s
                    timeout server 1s
                    timeout connect 1s
                frontend fe
                    bind 127.0.0.1:%d
                    http-request set-header a %%[src]
                    default_backend be
                backend be
                    server s 127.0.0.1:1
                """
                        .formatted(port);
        try (TestProxy proxy = TestProxy.start(text, 1)) {
            WeakReference<Configuration> first = new WeakReference<>(proxy.configuration());
            traffic.to(port);
            for (int i = 0; i < 3; i++) {
                proxy.reload(text);
            }
            long deadline = System.nanoTime() + 10_000_000_000L;
            while (first.get() != null && System.nanoTime() - deadline < 0) {
                System.gc();
                Thread.onSpinWait();
            }

            assertThat(first.get()).isNull();
        }
    }
}
