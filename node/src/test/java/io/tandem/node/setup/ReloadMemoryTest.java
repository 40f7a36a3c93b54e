// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Ports;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

class ReloadMemoryTest {
    /** One that stays is the one before: what is served may still refer to it. */
    @Test
    void configurationsThatAreOverAreForgotten() throws Exception {
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
