// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.packet.Claim;
import io.tandem.vrrp.packet.MacAddress;
import io.tandem.vrrp.packet.NeighborAdvertisement;
import io.tandem.vrrp.socket.ArpSocket;
import io.tandem.vrrp.socket.NeighborSocket;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Virtual routers of IPv6 on a LAN of network namespaces. */
@Timeout(60)
class Ipv6RoutersTest extends OnLan {
    private static final InetAddress LINK_LOCAL = TestLan.address("fe80::50");
    private static final InetAddress GLOBAL = TestLan.address("fd99::50");
    private static final Duration SOON = Duration.ofSeconds(15);

    @Test
    void aNodeWaitsForItsLinkLocalAddressAndThenElects() throws IOException {
        try (TestNode high = new TestNode(a, router(150));
                TestNode low = new TestNode(b, router(100))) {
            Await.until("high is active", SOON, () -> high.state() == State.ACTIVE && a.holds(GLOBAL));
            Await.until("low is backup", SOON, () -> low.state() == State.BACKUP && !b.holds(GLOBAL));
            assertThat(a.holds(LINK_LOCAL)).isTrue();
            assertThat(a.entry(GLOBAL).validSeconds()).isBetween(0L, 2L);
            assertThat(a.entry(GLOBAL).tentative()).isFalse();

            high.routers().stop(100);

            Await.until("low takes over", SOON, () -> low.state() == State.ACTIVE && b.holds(GLOBAL));
            assertThat(a.holds(GLOBAL)).isFalse();
            assertThat(low.log).noneMatch(line -> line.contains("vrrp drop") || line.contains("vrrp remark"));
        }
    }

    @Test
    void aTakeoverIsAnnouncedToAllNodes() throws IOException {
        TestLan.Host other = lan.add("c", 13);
        try (NeighborSocket socket = neighbors(other);
                TestNode node = new TestNode(a, router(150))) {
            MacAddress mac = mac(a);
            Await.until("announced", SOON, () -> socket.receive() && new Claim(GLOBAL, mac).equals(socket.claim()));
            Await.until("active", SOON, () -> node.state() == State.ACTIVE); // the first round goes before
        }
    }

    @Test
    void anotherHostThatClaimsTheAddressIsNamedByItsMacAndContradicted() throws IOException {
        TestLan.Host other = lan.add("c", 13);
        try (TestNode node = new TestNode(a, router(150))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(GLOBAL));
            byte[] claim = NeighborAdvertisement.encode(mac(other), (Inet6Address) GLOBAL, false);
            int index = other.netlink().links().get("eth0").index();
            try (ArpSocket socket = other.namespace().run(() -> new ArpSocket("eth0", index, List.of()))) {
                Await.until("the conflict is seen", SOON, () -> {
                    socket.send(claim);
                    return node.counter("address_conflicts") > 0;
                });
            }
            String named = "address=" + GLOBAL.getHostAddress() + " mac=" + mac(other);
            Await.until("reported", SOON, () -> node.log.stream()
                    .anyMatch(line -> line.contains("vrrp address-conflict") && line.contains(named)));
        }
    }

    @Test
    void anAddressHeldByAHostWithoutVrrpIsReportedAtTakeover() throws IOException {
        TestLan.Host other = lan.add("c", 13);
        other.netlink().addresses().add(GLOBAL, 64, "eth0");
        String mac = mac(other).toString();
        try (TestNode node = new TestNode(a, router(150))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
            Await.until("held address reported", SOON, () -> node.log.stream()
                    .anyMatch(line -> line.contains("vrrp address-held") && line.contains(mac)));
        }
    }

    @Test
    void anExcludedIpv6AddressOfAnIpv4RouterIsAnnouncedToo() throws IOException {
        TestLan.Host other = lan.add("c", 13);
        VirtualRouterConfig mixed = builder(150)
                .addresses(List.of(virtual(TestLan.address("10.99.0.50"), 32)))
                .excludedAddresses(List.of(virtual(GLOBAL, 64)))
                .build();
        try (NeighborSocket socket = neighbors(other);
                TestNode node = new TestNode(a, mixed)) {
            Claim expected = new Claim(GLOBAL, mac(a));
            Await.until("announced", SOON, () -> socket.receive() && expected.equals(socket.claim()));
            Await.until("active", SOON, () -> node.state() == State.ACTIVE); // the first round goes before
        }
    }

    private static NeighborSocket neighbors(TestLan.Host host) throws IOException {
        return host.namespace().run(() -> new NeighborSocket("eth0", List.of(GLOBAL)));
    }

    private static MacAddress mac(TestLan.Host host) throws IOException {
        return MacAddress.of(host.netlink().links().get("eth0").macBytes(), 0);
    }

    private static VirtualRouterConfig router(int priority) {
        return builder(priority)
                .family(AddressFamily.INET6)
                .addresses(List.of(virtual(LINK_LOCAL, 64), virtual(GLOBAL, 64)))
                .build();
    }

    private static VirtualRouterConfigBuilder builder(int priority) {
        return new VirtualRouterConfigBuilder("VI_6", "eth0", 51)
                .version(3)
                .priority(priority)
                .advertInterval(Duration.ofMillis(50));
    }

    private static VirtualAddress virtual(InetAddress address, int prefixLength) {
        return new VirtualAddress(address, prefixLength, null, null, 0);
    }
}
