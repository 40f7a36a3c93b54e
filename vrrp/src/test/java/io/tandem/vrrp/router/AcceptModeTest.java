// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Manners;
import io.tandem.config.model.VirtualRouterConfig.Tuning;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.netlink.PacketBlock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is sent to a virtual address is taken by the Active router, unless it is told not to. */
@Timeout(60)
@Tag("vrrp-case-28")
class AcceptModeTest extends OnLan {
    private static final InetAddress VIRTUAL = TestLan.address("10.99.0.50");
    private static final InetAddress VIRTUAL6 = TestLan.address("fd99::50");
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final int PATIENCE_MS = 10_000;
    /** How long nothing must come to be nothing. */
    private static final int SILENCE_MS = 700;

    private TestLan.Host client;

    @BeforeEach
    void client() throws IOException {
        client = lan.add("c", 13);
    }

    @Test
    void theOwnerAndAnybodyElseTakeConnectionsToTheAddressTheyHold() throws IOException {
        for (int priority : new int[] {255, 150}) {
            try (TestNode node = new TestNode(a, router(priority, true).build());
                    ServerSocket server = a.namespace().run(() -> new ServerSocket(0))) {
                awaitActive(node);
                assertThat(connects(VIRTUAL, server, PATIENCE_MS)).isTrue();
                assertThat(node.log).noneMatch(line -> line.contains("vrrp address-conflict"));
            }
        }
    }

    @Test
    void noneIsTakenWhereTheRouterDoesNotAcceptThemButForItsOwner() throws IOException {
        try (ServerSocket server = a.namespace().run(() -> new ServerSocket(0))) {
            try (TestNode node = new TestNode(a, router(150, false).build())) {
                awaitActive(node);
                assertThat(connects(VIRTUAL, server, SILENCE_MS)).isFalse();
                assertThat(connects(TestLan.address("10.99.0.11"), server, PATIENCE_MS))
                        .as("the host's own address")
                        .isTrue();

                node.routers().reload(List.of(router(150, true).build()));
                assertThat(connects(VIRTUAL, server, PATIENCE_MS))
                        .as("a reload opens it")
                        .isTrue();
                node.routers().reload(List.of(router(150, false).build()));
                Await.until("and closes it again", SOON, () -> !connects(VIRTUAL, server, SILENCE_MS));
                assertThat(node.state()).isEqualTo(State.ACTIVE);
            }
            try (TestNode node = new TestNode(a, router(255, false).build())) {
                awaitActive(node);
                assertThat(connects(VIRTUAL, server, PATIENCE_MS))
                        .as("an owner, and nothing is left of the process before it")
                        .isTrue();
            }
        }
    }

    @Test
    void keepalivedTakesNoneEither(@TempDir Path directory) throws IOException {
        Keepalived.need();
        Path file = Files.writeString(
                directory.resolve("keepalived.conf"),
                """
                vrrp_instance VI_1 {
                    interface eth0
                    virtual_router_id 51
                    version 3
                    advert_int 0.05
                    priority 150
                    no_accept
                    virtual_ipaddress {
                        10.99.0.50
                    }
                }
                """);
        try (Keepalived keepalived = new Keepalived(a, file, directory);
                ServerSocket server = a.namespace().run(() -> new ServerSocket(0))) {
            Await.until("it has the address", SOON, () -> a.holds(VIRTUAL));
            assertThat(connects(VIRTUAL, server, SILENCE_MS)).isFalse();
            assertThat(connects(TestLan.address("10.99.0.11"), server, PATIENCE_MS))
                    .isTrue();
        }
    }

    @Test
    void ofIpv6TooAndNeighborDiscoveryIsAnsweredAllTheSame() throws IOException {
        a.netlink().addresses().add(TestLan.address("fd99::11"), 64, "eth0");
        client.netlink().addresses().add(TestLan.address("fd99::13"), 64, "eth0");
        VirtualRouterConfig dropping = router(150, false)
                .excludedAddresses(List.of(new VirtualAddress(VIRTUAL6, 128, null, null, 0)))
                .build();
        try (ServerSocket server = a.namespace().run(() -> new ServerSocket(0, 50, TestLan.address("::")));
                TestNode node = new TestNode(a, dropping)) {
            awaitActive(node);
            Await.until("its own address answers", SOON, () -> connects(TestLan.address("fd99::11"), server, 1_000));

            assertThat(connects(VIRTUAL6, server, SILENCE_MS)).isFalse();
            assertThat(Neighborhood.run(client, "ip", "-6", "neigh", "show", "fd99::50"))
                    .as("it was found, and then not served")
                    .anyMatch(line -> line.contains("lladdr"));
        }
    }

    @Test
    void eachTableEndsWithItsSocketAndIsReplacedAsAWhole() throws IOException {
        PacketBlock block = a.namespace().run(PacketBlock::open);
        List<InetAddress> many = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            many.add(TestLan.address("10." + (100 + i / 65_536) + "." + i / 256 % 256 + "." + i % 256));
            many.add(TestLan.address("fd99::" + Integer.toHexString(i + 1)));
        }
        a.namespace().run(() -> {
            block.replace(many);
            block.replace(List.of(VIRTUAL));
            block.replace(List.of());
            block.replace(List.of(TestLan.address("10.99.0.11")));
            return true;
        });
        try (ServerSocket server = a.namespace().run(() -> new ServerSocket(0))) {
            assertThat(connects(TestLan.address("10.99.0.11"), server, SILENCE_MS))
                    .isFalse();
            block.close();
            assertThat(connects(TestLan.address("10.99.0.11"), server, PATIENCE_MS))
                    .isTrue();
        }
    }

    private void awaitActive(TestNode node) {
        Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(VIRTUAL));
    }

    private static VirtualRouterConfigBuilder router(int priority, boolean accepts) {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .version(3)
                .priority(priority)
                .advertInterval(Duration.ofMillis(50))
                .tuning(new Tuning(3, true, false, new Manners(accepts, 255, true, false, false, false)))
                .addresses(List.of(new VirtualAddress(VIRTUAL, 32, null, null, 0)));
    }

    private boolean connects(InetAddress address, ServerSocket server, int patienceMs) {
        try {
            return client.namespace().run(() -> {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address, server.getLocalPort()), patienceMs);
                    return true;
                } catch (SocketTimeoutException e) {
                    return false;
                }
            });
        } catch (IOException e) {
            throw new AssertionError(address + ": " + e, e);
        }
    }
}
