// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.OwnInterface;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.netlink.Addresses;
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.netlink.Links;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code use_vmac}: a macvlan with the virtual router's MAC. */
@Timeout(60)
class VirtualMacTest extends OnLan {
    private static final InetAddress VIRTUAL = TestLan.address("10.99.0.50");
    private static final InetAddress GLOBAL = TestLan.address("fd99::50");
    private static final InetAddress LINK_LOCAL = TestLan.address("fe80::50");
    private static final String MAC4 = "00:00:5e:00:01:33";
    private static final String MAC6 = "00:00:5e:00:02:33";
    private static final Duration SOON = Duration.ofSeconds(15);

    private TestLan.Host client;

    @BeforeEach
    void client() throws IOException {
        client = lan.add("c", 13);
    }

    @Test
    @Tag("vrrp-case-25")
    @Tag("vrrp-case-26")
    void activeAnswersArpWithTheVirtualMacAndBackupDoesNotAnswer() throws IOException {
        try (TestNode high = new TestNode(a, router(150, OwnInterface.VMAC));
                TestNode low = new TestNode(b, router(100, OwnInterface.VMAC))) {
            Await.until("elected", SOON, () -> high.state() == State.ACTIVE && low.state() == State.BACKUP);

            assertThat(Neighborhood.whoHas(client, VIRTUAL)).containsExactly(MAC4);
            assertThat(Neighborhood.whoHas(client, TestLan.address("10.99.0.11")))
                    .containsExactly(a.netlink().links().get("eth0").mac());
            assertThat(macOf(a, "vrrp.51")).isEqualTo(MAC4);
            assertThat(isUp(b, "vrrp.51"))
                    .as("frames to the virtual MAC are not a backup's")
                    .isFalse();

            high.routers().stop(100);
            Await.until("low took over", SOON, () -> low.state() == State.ACTIVE);
            assertThat(Neighborhood.whoHas(client, VIRTUAL)).containsExactly(MAC4);
            assertThat(isUp(b, "vrrp.51")).isTrue();
            Await.until("set down", SOON, () -> !isUp(a, "vrrp.51"));
        }
        assertThat(find(a, "vrrp.51")).isEmpty();
        assertThat(find(b, "vrrp.51")).isEmpty();
    }

    @Test
    void itsAddressesAreOnTheMacvlanAndVanishFromTheKernelsOwnWithTheTunDevice() throws IOException {
        try (TestNode node = new TestNode(a, router(150, OwnInterface.VMAC))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(VIRTUAL));
            int macvlan = a.netlink().links().get("vrrp.51").index();

            assertThat(a.netlink().addresses().list(macvlan))
                    .anyMatch(entry -> entry.address().equals(VIRTUAL) && entry.validSeconds() <= 2);
            assertThat(Neighborhood.run(a, "ip", "route", "show", "table", "local", VIRTUAL.getHostAddress()))
                    .singleElement()
                    .asString()
                    .contains("dev tandem.51");

            // What the kernel does when the process dies.
            a.netlink().links().delete("tandem.51");
            assertThat(Neighborhood.run(a, "ip", "route", "show", "table", "local", VIRTUAL.getHostAddress()))
                    .isEmpty();
        }
    }

    @Test
    void advertsComeFromTheVirtualMacOrFromTheBaseInterfacesOwn() throws IOException {
        try (TestNode node = new TestNode(a, router(150, OwnInterface.VMAC))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
            assertThat(advertSource()).isEqualTo(MAC4);
        }
        try (TestNode node = new TestNode(a, router(150, OwnInterface.vmac("myvmac", true)))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
            assertThat(find(a, "myvmac")).isPresent();
            assertThat(advertSource()).isEqualTo(macOf(a, "eth0"));
            assertThat(Neighborhood.whoHas(client, VIRTUAL)).containsExactly(MAC4);
        }
    }

    @Test
    @Tag("vrrp-case-26")
    void neighborDiscoveryAnswersWithTheVirtualMac() throws IOException {
        InetAddress source = TestLan.address("fd99::13");
        client.netlink().addresses().add(source, 64, "eth0");
        try (TestNode high = new TestNode(a, router6(150));
                TestNode low = new TestNode(b, router6(100))) {
            Await.until("elected", SOON, () -> high.state() == State.ACTIVE && low.state() == State.BACKUP);

            Await.until("answered with the virtual MAC", SOON, () -> Neighborhood.whoHas(client, source, GLOBAL)
                    .contains(MAC6));
            assertThat(Neighborhood.whoHas(client, source, GLOBAL)).containsExactly(MAC6);
            assertThat(isUp(b, "vrrp.51")).isFalse();
        }
    }

    @Test
    void bothFamiliesOfOneVridHaveAnInterfaceEach() throws IOException {
        VirtualRouterConfig six = router6(150);
        try (TestNode node = new TestNode(a, router(150, OwnInterface.VMAC), six)) {
            Await.until("active", SOON, () -> node.routers().status().stream()
                    .allMatch(status -> status.state() == State.ACTIVE));

            assertThat(macOf(a, "vrrp.51")).isEqualTo(MAC4);
            assertThat(macOf(a, "vrrp6.51")).isEqualTo(MAC6);
        }
        assertThat(find(a, "vrrp6.51")).isEmpty();
    }

    @Test
    void theBaseInterfacesSettingsComeBackAtTheEnd() throws IOException {
        String ignore = "ipv4/conf/eth0/arp_ignore";
        String announce = "ipv4/conf/eth0/arp_announce";
        try (TestNode node = new TestNode(a, router(150, OwnInterface.VMAC))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
            assertThat(Neighborhood.sysctl(a, ignore)).isEqualTo(1);
            assertThat(Neighborhood.sysctl(a, announce)).isEqualTo(2);
        }
        assertThat(Neighborhood.sysctl(a, ignore)).isZero();
        assertThat(Neighborhood.sysctl(a, announce)).isZero();
    }

    @Test
    void anotherRoutersAddressOnTheSameInterfaceIsAnsweredAsBefore() throws IOException {
        InetAddress other = TestLan.address("10.99.0.60");
        VirtualRouterConfig plain = builder(52, 150, null, other).build();
        try (TestNode node = new TestNode(a, plain, router(150, OwnInterface.VMAC))) {
            Await.until("active", SOON, () -> node.routers().status().stream()
                    .allMatch(status -> status.state() == State.ACTIVE));

            assertThat(Neighborhood.whoHas(client, other)).containsExactly(macOf(a, "eth0"));
        }
    }

    @Test
    void anotherRoutersAddressIsAnsweredAsBeforeWhenAReloadBringsAMacvlanAndTakesItAway() throws IOException {
        InetAddress other = TestLan.address("10.99.0.60");
        VirtualRouterConfig plain = builder(52, 150, null, other).build();
        try (TestNode node = new TestNode(a, plain)) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);

            node.routers().reload(List.of(plain, router(150, OwnInterface.VMAC)));
            Await.until(
                    "both",
                    SOON,
                    () -> node.routers().status().stream()
                                    .filter(status -> status.state() == State.ACTIVE)
                                    .count()
                            == 2);
            assertThat(Neighborhood.sysctl(a, "ipv4/conf/eth0/arp_ignore")).isEqualTo(1);
            assertThat(Neighborhood.whoHas(client, other)).containsExactly(macOf(a, "eth0"));

            node.routers().reload(List.of(plain));
            Await.until("gone", SOON, () -> find(a, "vrrp.51").isEmpty());
            assertThat(Neighborhood.whoHas(client, other)).containsExactly(macOf(a, "eth0"));
            assertThat(node.status("VI_2").counters()).containsEntry("became_active", 1L);
        }
    }

    @Test
    void aBackupHearsAdvertsThoughAReversePathFilterIsOn() throws IOException {
        b.namespace().run(() -> Sysctl.write("ipv4/conf/all/rp_filter", 1));
        try (TestNode high = new TestNode(a, router(150, OwnInterface.VMAC));
                TestNode low = new TestNode(b, router(100, OwnInterface.VMAC))) {
            Await.until("high", SOON, () -> high.state() == State.ACTIVE);
            Await.until("low has heard it", SOON, () -> low.counter("adverts_received") > 10);
            assertThat(low.state()).isEqualTo(State.BACKUP);

            high.routers().stop(100);
            Await.until("low took over", SOON, () -> low.state() == State.ACTIVE);
            assertThat(Neighborhood.whoHas(client, VIRTUAL)).containsExactly(MAC4);
        }
    }

    @Test
    void macvlansThatAKilledProcessLeftAreReplacedAndWhereNoneIsWantedRemoved() throws IOException {
        leaveMacvlan(MAC4, null); // keepalived's
        try (TestNode node = new TestNode(a, router(150, null))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
            assertThat(node.log).anyMatch(line -> line.contains("leftover-removed vrid=51 interface=vrrp.51"));
            assertThat(find(a, "vrrp.51").map(Link::kind)).isNotEqualTo(Optional.of("macvlan"));
        }
        a.namespace().run(() -> Sysctl.write("ipv4/conf/eth0/arp_ignore", 1));
        leaveMacvlan(null, "tandem pid=4194303 router=VI_1 arp_ignore=0 arp_announce=0");
        try (TestNode node = new TestNode(a, router(150, OwnInterface.VMAC))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
            assertThat(macOf(a, "vrrp.51")).isEqualTo(MAC4);
            assertThat(Neighborhood.whoHas(client, VIRTUAL)).containsExactly(MAC4);
        }
        assertThat(Neighborhood.sysctl(a, "ipv4/conf/eth0/arp_ignore"))
                .as("what the dead process had found")
                .isZero();
    }

    @Test
    void aMacvlanThatSomebodyDeletesOrSetsDownIsBackWithItsAddresses() throws IOException {
        try (TestNode node = new TestNode(a, router(150, OwnInterface.VMAC))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(VIRTUAL));

            a.netlink().links().delete("vrrp.51");
            Await.until("made again", SOON, () -> holdsOnMacvlan() && MAC4.equals(macOf(a, "vrrp.51")));

            a.netlink().links().down("vrrp.51");
            Await.until("up again", SOON, () -> find(a, "vrrp.51")
                    .filter(Link::isUp)
                    .isPresent());
            Await.until(
                    "answered", SOON, () -> Neighborhood.whoHas(client, VIRTUAL).contains(MAC4));
            assertThat(node.state()).isEqualTo(State.ACTIVE);
        }
    }

    @Test
    void theBaseInterfaceDownAndUpMovesTheAddressAndBringsItBack() throws IOException {
        try (TestNode high = new TestNode(a, router(150, OwnInterface.VMAC));
                TestNode low = new TestNode(b, router(100, OwnInterface.VMAC))) {
            Await.until("elected", SOON, () -> high.state() == State.ACTIVE && low.state() == State.BACKUP);

            a.netlink().links().down("eth0");
            Await.until("moved", SOON, () -> high.state() == State.FAULT && low.state() == State.ACTIVE);
            Await.until("set down", SOON, () -> !isUp(a, "vrrp.51"));

            a.netlink().links().up("eth0");
            Await.until("back", SOON, () -> high.state() == State.ACTIVE && low.state() == State.BACKUP);
            Await.until(
                    "answered", SOON, () -> Neighborhood.whoHas(client, VIRTUAL).equals(java.util.Set.of(MAC4)));
        }
    }

    /** keepalived's, killed: address and macvlan live on, and the kernel answers what it takes for a question. */
    @Test
    @Tag("vrrp-case-47")
    void aZombieWithTheVirtualMacAndAcceptLocalDoesNotPullTheSwitchBack() throws IOException {
        b.netlink().links().addMacvlan("vrrp.51", "eth0", Links.MacvlanMode.PRIVATE, mac(MAC4));
        b.namespace()
                .run(() -> Sysctl.write("ipv4/conf/vrrp.51/accept_local", 1)
                        // It would report its multicast groups now and then, of its own accord.
                        && Sysctl.write("ipv6/conf/vrrp.51/disable_ipv6", 1)
                        && Sysctl.write("ipv4/conf/vrrp.51/arp_ignore", 1)
                        && Sysctl.write("ipv4/conf/eth0/arp_ignore", 1));
        b.netlink().links().up("vrrp.51");
        b.netlink().addresses().add(VIRTUAL, 32, "vrrp.51");
        for (int i = 0; i < 5; i++) {
            try (TestNode node = new TestNode(a, router(150, OwnInterface.vmac(null, true)))) {
                Await.until("active", SOON, () -> node.state() == State.ACTIVE);
                Await.until("all of the first block", SOON, () -> portOf(MAC4).equals(List.of("a")));
                assertThat(portOf(MAC4))
                        .as("the switch's port of the virtual MAC")
                        .containsExactly("a");
            }
        }
    }

    private boolean holdsOnMacvlan() {
        return find(a, "vrrp.51")
                .filter(link -> {
                    try {
                        return a.netlink().addresses().list(link.index()).stream()
                                .anyMatch(entry -> entry.address().equals(VIRTUAL));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .isPresent();
    }

    private List<String> portOf(String mac) {
        return lan.forwardingPorts(mac);
    }

    private void leaveMacvlan(@Nullable String mac, @Nullable String alias) throws IOException {
        a.netlink().links().addMacvlan("vrrp.51", "eth0", Links.MacvlanMode.PRIVATE, mac == null ? null : mac(mac));
        if (alias != null) {
            a.netlink().links().setAlias("vrrp.51", alias);
        }
        a.netlink().links().up("vrrp.51");
        a.netlink()
                .addresses()
                .add(VIRTUAL, 32, a.netlink().links().get("vrrp.51").index(), null, 0, Addresses.FOREVER, 0);
    }

    private static byte[] mac(String text) {
        return io.tandem.vrrp.packet.MacAddress.parse(text).bytes();
    }

    /** The source of the next advert that the client's interface sees. */
    private String advertSource() {
        List<String> seen = Neighborhood.run(
                client, "timeout", "5", "tcpdump", "-c", "1", "-l", "-n", "-e", "-t", "-i", "eth0", "ip proto 112");
        return seen.stream()
                .filter(line -> line.contains(" > 01:00:5e:00:00:12"))
                .map(line -> line.substring(0, 17))
                .findFirst()
                .orElse("none in " + seen);
    }

    private static Optional<Link> find(TestLan.Host host, String name) {
        try {
            return host.netlink().links().find(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isUp(TestLan.Host host, String name) {
        return find(host, name).map(Link::isUp).orElse(false);
    }

    private static String macOf(TestLan.Host host, String name) {
        return find(host, name).map(Link::mac).orElse("no " + name);
    }

    private static VirtualRouterConfig router(int priority, @Nullable OwnInterface own) {
        return builder(51, priority, own, VIRTUAL).build();
    }

    private static VirtualRouterConfigBuilder builder(
            int vrid, int priority, @Nullable OwnInterface own, InetAddress address) {
        return new VirtualRouterConfigBuilder("VI_" + (vrid - 50), "eth0", vrid)
                .version(3)
                .priority(priority)
                .advertInterval(Duration.ofMillis(50))
                .ownInterface(own)
                .addresses(List.of(new VirtualAddress(address, 32, null, null, 0)));
    }

    private static VirtualRouterConfig router6(int priority) {
        return new VirtualRouterConfigBuilder("VI_6", "eth0", 51)
                .version(3)
                .family(AddressFamily.INET6)
                .priority(priority)
                .advertInterval(Duration.ofMillis(50))
                .ownInterface(OwnInterface.VMAC)
                .addresses(List.of(
                        new VirtualAddress(LINK_LOCAL, 64, null, null, 0),
                        new VirtualAddress(GLOBAL, 64, null, null, 0)))
                .build();
    }
}
