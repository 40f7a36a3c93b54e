// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.netlink.Addresses;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Virtual routers on a real bridge. */
@Timeout(60)
class VirtualRoutersTest extends OnLan {
    private static final InetAddress VIRTUAL = TestLan.address("10.99.0.50");
    private static final Duration SOON = Duration.ofSeconds(5);

    @Test
    void theHigherPriorityHoldsTheAddressAndTheOtherListens() throws IOException {
        try (TestNode high = new TestNode(a, fast(150));
                TestNode low = new TestNode(b, fast(100))) {
            Await.until("high is active", SOON, () -> high.state() == State.ACTIVE);
            Await.until("low is backup", SOON, () -> low.state() == State.BACKUP);

            assertThat(a.holds(VIRTUAL)).isTrue();
            assertThat(b.holds(VIRTUAL)).isFalse();
            assertThat(a.entry(VIRTUAL).tag()).isEqualTo(Addresses.TAG);
            assertThat(a.entry(VIRTUAL).validSeconds()).isBetween(0L, 2L);
            assertThat(high.log).anyMatch(line -> line.startsWith("vrrp state vrid=51 from=BACKUP to=ACTIVE reason="));
        }
    }

    @Test
    void aStoppedRouterSaysSoAndTheAddressMoves() throws IOException {
        try (TestNode low = new TestNode(b, fast(100))) {
            try (TestNode high = new TestNode(a, fast(150))) {
                Await.until("high is active", SOON, () -> high.state() == State.ACTIVE && a.holds(VIRTUAL));
                high.routers().stop(100);
                assertThat(a.holds(VIRTUAL)).isFalse();
            }
            Await.until("low took over", SOON, () -> low.state() == State.ACTIVE && b.holds(VIRTUAL));
            assertThat(low.log).anyMatch(line -> line.contains("to=ACTIVE reason=peer-stopped"));
        }
    }

    @Test
    @Tag("vrrp-case-19")
    void aFaultOfOneMemberIsThatOfItsWholeGroup() throws IOException {
        VirtualRouterConfig one = grouped("VI_1", 51, "10.99.0.50");
        VirtualRouterConfig other = grouped("VI_2", 52, "10.99.0.51");
        try (TestNode node = new TestNode(a, one, other)) {
            Await.until("both active", SOON, () -> states(node).equals(List.of(State.ACTIVE, State.ACTIVE)));

            node.routers().fault("VI_1", "script check");
            Await.until("both faulted", SOON, () -> states(node).equals(List.of(State.FAULT, State.FAULT)));
            assertThat(a.holds(VIRTUAL)).isFalse();
            node.routers().clear("VI_1", "script check");
            Await.until("both active again", SOON, () -> states(node).equals(List.of(State.ACTIVE, State.ACTIVE)));
            assertThat(node.log).anyMatch(line -> line.contains("cause=sync-group VI_1 script check"));
        }
    }

    private static List<State> states(TestNode node) {
        return node.routers().status().stream().map(RouterStatus::state).toList();
    }

    private static VirtualRouterConfig grouped(String name, int vrid, String address) {
        return new VirtualRouterConfigBuilder(name, "eth0", vrid)
                .version(3)
                .advertInterval(Duration.ofMillis(50))
                .addresses(List.of(new VirtualAddress(TestLan.address(address), 32, null, null, 0)))
                .syncGroup("G")
                .build();
    }

    @Test
    void aLostLinkMovesTheAddressAndItsReturnMovesItBack() throws IOException {
        try (TestNode high = new TestNode(a, fast(150));
                TestNode low = new TestNode(b, fast(100))) {
            Await.until("high is active", SOON, () -> high.state() == State.ACTIVE && low.state() == State.BACKUP);

            a.netlink().links().down("eth0");
            Await.until("high faults", SOON, () -> high.state() == State.FAULT);
            Await.until("low took over", SOON, () -> low.state() == State.ACTIVE);
            assertThat(a.holds(VIRTUAL)).isFalse();

            a.netlink().links().up("eth0");
            Await.until("high is back", SOON, () -> high.state() == State.ACTIVE && low.state() == State.BACKUP);
            assertThat(b.holds(VIRTUAL)).isFalse();
        }
    }

    @Test
    @Tag("vrrp-case-46")
    void anAddressRemovedByAThirdPartyIsRestored() throws IOException {
        try (TestNode node = new TestNode(a, fast(150))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(VIRTUAL));
            var entry = a.entry(VIRTUAL);

            a.netlink().addresses().remove(VIRTUAL, entry.prefixLength(), entry.interfaceIndex());

            Await.until("restored", SOON, () -> node.counter("addresses_restored") == 1 && a.holds(VIRTUAL));
        }
    }

    @Test
    void anotherHostThatClaimsTheAddressIsNamedByItsMacAndContradicted() throws IOException {
        TestLan.Host other = lan.add("c", 13);
        try (TestNode node = new TestNode(a, fast(150))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(VIRTUAL));
            String mac = other.netlink().links().get("eth0").mac();
            try (var socket = other.namespace()
                    .run(() -> new io.tandem.vrrp.socket.ArpSocket(
                            "eth0", other.netlink().links().get("eth0").index(), List.of(VIRTUAL)))) {
                byte[] claim = io.tandem.vrrp.packet.ArpPacket.gratuitousReply(
                        io.tandem.vrrp.packet.MacAddress.of(
                                other.netlink().links().get("eth0").macBytes(), 0),
                        VIRTUAL);
                Await.until("the conflict is seen", SOON, () -> {
                    socket.send(claim);
                    return node.counter("address_conflicts") > 0;
                });
            }
            Await.until("reported", SOON, () -> node.log.stream()
                    .anyMatch(line -> line.contains("vrrp address-conflict") && line.contains(mac)));
        }
    }

    @Test
    void anAddressHeldByAHostWithoutVrrpIsReportedAtTakeover() throws IOException {
        TestLan.Host other = lan.add("c", 13);
        other.netlink().addresses().add(VIRTUAL, 32, "eth0");
        String mac = other.netlink().links().get("eth0").mac();
        try (TestNode node = new TestNode(a, fast(150))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);

            Await.until("held address reported", SOON, () -> node.log.stream()
                    .anyMatch(line -> line.contains("vrrp address-held") && line.contains(mac)));
        }
    }

    @Test
    void aRouterWhoseInterfaceIsMissingWaitsForItInFault() throws IOException {
        try (TestNode node = new TestNode(
                a,
                new VirtualRouterConfigBuilder("late", "eth9", 51)
                        .version(3)
                        .priority(150)
                        .advertInterval(Duration.ofMillis(50))
                        .addresses(List.of(new VirtualAddress(VIRTUAL, 32, null, null, 0)))
                        .build())) {
            Await.until("fault", SOON, () -> node.state() == State.FAULT);
            assertThat(node.log).anyMatch(line -> line.contains("interface eth9 does not exist"));

            a.netlink().links().addVeth("eth9", "eth9-peer", null);
            a.netlink().links().up("eth9-peer");
            a.netlink().links().up("eth9");
            a.netlink().addresses().add(TestLan.address("10.98.0.1"), 24, "eth9");

            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
            assertThat(a.holds(VIRTUAL)).isTrue();
        }
    }

    @Test
    void leftoversOfAnEarlierProcessAreRemovedAtTheStart() throws IOException {
        int index = a.netlink().links().get("eth0").index();
        a.netlink().addresses().add(VIRTUAL, 32, index, null, 0, Addresses.FOREVER, Addresses.TAG);
        try (TestNode active = new TestNode(b, fast(150))) {
            Await.until("b is active", SOON, () -> active.state() == State.ACTIVE);
            try (TestNode node = new TestNode(a, fast(100))) {
                Await.until("backup", SOON, () -> node.state() == State.BACKUP);
                Await.until("gone", SOON, () -> !a.holds(VIRTUAL));
                assertThat(node.log).anyMatch(line -> line.contains("vrrp leftover-removed"));
            }
        }
    }

    @Test
    void wrongPasswordsAreCountedByReason() throws IOException {
        try (TestNode good = new TestNode(a, v2(150, "right"));
                TestNode bad = new TestNode(b, v2(100, "wrong"))) {
            Await.until("active", Duration.ofSeconds(10), () -> good.state() == State.ACTIVE);
            Await.until("reported", Duration.ofSeconds(10), () -> bad.log.stream()
                    .anyMatch(line -> line.contains("vrrp drop vrid=51 reason=password")));

            assertThat(bad.counter("drop_password")).isPositive();
            assertThat(String.join("\n", bad.log)).doesNotContain("wrong").doesNotContain("right");
        }
    }

    @Test
    void aReloadThatAddsAnAddressKeepsTheStateAndAdvertises() throws IOException {
        InetAddress second = TestLan.address("10.99.0.51");
        try (TestNode node = new TestNode(a, fast(150))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(VIRTUAL));

            node.routers()
                    .reload(List.of(builder(150)
                            .addresses(List.of(
                                    new VirtualAddress(VIRTUAL, 32, null, null, 0),
                                    new VirtualAddress(second, 32, null, null, 0)))
                            .build()));

            Await.until("second address", SOON, () -> a.holds(second) && a.holds(VIRTUAL));
            assertThat(node.counter("became_active")).isEqualTo(1);
        }
    }

    private static VirtualRouterConfig fast(int priority) {
        return builder(priority).build();
    }

    private static VirtualRouterConfig v2(int priority, String password) {
        return builder(priority)
                .version(2)
                .advertInterval(Duration.ofSeconds(1))
                .password(password)
                .build();
    }

    private static VirtualRouterConfigBuilder builder(int priority) {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .version(3)
                .priority(priority)
                .advertInterval(Duration.ofMillis(50))
                .addresses(List.of(new VirtualAddress(VIRTUAL, 32, null, null, 0)));
    }
}
