// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.observe.metrics.Exposition;
import io.tandem.node.observe.metrics.Exposition.Scope;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.Ports;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EarlierConfigurationsTest {
    @Test
    void theyAreCountedWhileAConnectionUsesThem() throws Exception {
        int port = Ports.reserved();
        String text =
                """
                defaults
                    mode http
                    timeout client 1m
                    timeout server 1m
                    timeout connect 1m
                frontend fe
                    bind 127.0.0.1:%d
                """
                        .formatted(port);
        try (TestProxy proxy = TestProxy.start(text, 2)) {
            EarlierConfigurations earlier = proxy.node().earlier();
            InetAddress here = InetAddress.getLoopbackAddress();
            try (Socket first = new Socket(here, port);
                    Socket second = new Socket(here, port)) {
                first.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
                second.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
                Await.until("both have begun", () -> proxy.openSessions("fe") == 2);
                assertThat(earlier.count()).isZero();
                assertThat(earlier.describe()).isEmpty();

                proxy.reload(text);
                proxy.reload(text);

                Await.until("the second was used by nobody", () -> earlier.count() == 1);
                assertThat(earlier.connections()).isEqualTo(2);
                assertThat(earlier.describe()).startsWith(" Earlier configurations still in use: 1, by 2 connections");
                assertThat(metrics(proxy.node()))
                        .contains("\ntandem_earlier_configurations 1\n")
                        .contains("\ntandem_earlier_configuration_connections 2\n");
            }

            Await.until("nobody uses the first any more", () -> earlier.count() == 0);
            assertThat(metrics(proxy.node())).contains("\ntandem_earlier_configurations 0\n");
        }
    }

    private static String metrics(NodeRuntime node) {
        StringBuilder out = new StringBuilder();
        Exposition.write(node, Set.of(Scope.GLOBAL), true, System.currentTimeMillis(), out);
        return out.toString();
    }
}
