// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.Program;
import org.junit.jupiter.api.Test;

/** {@code tune.rcvbuf.frontend} and {@code tune.sndbuf.frontend}: what the kernel keeps for a socket of {@code dgram-bind}. */
class DatagramBuffersTest {
    private final int port = Ports.reserved();

    @Test
    void theKernelKeepsAsMuchAsItIsToldAndAReloadTellsItAnew() throws Exception {
        Program.assumeInstalled("ss");
        try (TestProxy proxy = TestProxy.start(text(30_000, 20_000), 1)) {
            assertThat(memory())
                    .contains("rb60000,")
                    .contains("tb40000,"); // Linux counts its own needs, too: twice as much

            proxy.reload(text(50_000, 20_000));
            assertThat(memory()).contains("rb100000,");
        }
    }

    private String memory() throws Exception {
        return Program.of("ss", "-ulnmH", "sport = :" + port).run().output();
    }

    private String text(int receive, int send) {
        return "global\n tune.rcvbuf.frontend " + receive + "\n tune.sndbuf.frontend " + send
                + "\nlog-forward in\n dgram-bind 127.0.0.1:" + port + "\n log 127.0.0.1:" + Ports.dead() + " local0\n";
    }
}
