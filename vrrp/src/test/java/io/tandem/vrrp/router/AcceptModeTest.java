// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is sent to a virtual address is taken by the Active router, owner or not; {@code no_accept} is refused by name. */
@Timeout(60)
@Tag("vrrp-case-28")
class AcceptModeTest extends OnLan {
    private static final InetAddress VIRTUAL = TestLan.address("10.99.0.50");
    private static final Duration SOON = Duration.ofSeconds(15);

    private TestLan.Host client;

    @BeforeEach
    void client() throws IOException {
        client = lan.add("c", 13);
    }

    @Test
    void theOwnerAndAnybodyElseTakeConnectionsToTheAddressTheyHold() throws IOException {
        for (int priority : new int[] {255, 150}) {
            try (TestNode node = new TestNode(
                            a,
                            new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                                    .version(3)
                                    .priority(priority)
                                    .advertInterval(Duration.ofMillis(50))
                                    .addresses(List.of(new VirtualAddress(VIRTUAL, 32, null, null, 0)))
                                    .build());
                    ServerSocket server = a.namespace().run(() -> new ServerSocket(0))) {
                Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(VIRTUAL));
                try (Socket socket = client.namespace().run(() -> {
                    Socket connected = new Socket();
                    connected.connect(new InetSocketAddress(VIRTUAL, server.getLocalPort()), 10_000);
                    return connected;
                })) {
                    assertThat(socket.isConnected()).isTrue();
                    assertThat(node.log).noneMatch(line -> line.contains("vrrp address-conflict"));
                }
            }
        }
    }
}
