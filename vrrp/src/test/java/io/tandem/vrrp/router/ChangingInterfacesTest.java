// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualAddress.Options;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.netlink.AddressRequest;
import io.tandem.vrrp.netlink.Addresses;
import io.tandem.vrrp.netlink.NetlinkBatch;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What others do to interfaces and addresses while routers are at work. */
@Timeout(60)
class ChangingInterfacesTest extends OnLan {
    private static final InetAddress VIRTUAL = TestLan.address("10.99.0.50");
    private static final Duration SOON = Duration.ofSeconds(15);

    @Test
    @Tag("vrrp-case-46")
    void anAddressThatAThirdPartyAddsToABackupDoesNotMakeItActive() throws IOException {
        try (TestNode high = new TestNode(a, router(150));
                TestNode low = new TestNode(b, router(100))) {
            elected(high, low);

            b.netlink().addresses().add(VIRTUAL, 32, "eth0");

            Await.until("still hears the other", SOON, () -> low.counter("adverts_received") > 20);
            assertThat(low.state()).isEqualTo(State.BACKUP);
            b.netlink().addresses().remove(VIRTUAL, 32, "eth0");
        }
    }

    @Test
    @Tag("vrrp-case-50")
    void anAddressThatIsThereAlreadyAndOneThatIsGoneAlreadyAreSuccesses() throws IOException {
        VirtualRouterConfig labelled = builder(150)
                .addresses(List.of(new VirtualAddress(VIRTUAL, 32, null, "eth0:v", 0)))
                .build();
        try (TestNode node = new TestNode(a, labelled)) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(VIRTUAL));
            int index = a.netlink().links().get("eth0").index();
            for (int i = 0; i < 3; i++) {
                a.netlink().addresses().remove(VIRTUAL, 32, index);
                a.netlink().addresses().add(VIRTUAL, 32, index, "eth0:v", 0, Addresses.FOREVER, 0);
            }
            node.routers().stop(100);
            Await.until("gone", SOON, () -> !a.holds(VIRTUAL));
            assertThat(node.log).noneMatch(line -> line.contains("netlink:"));
        }
    }

    @Test
    @Tag("vrrp-case-48")
    void anInterfaceThatIsDeletedAndMadeAgainIsUsedAgain() throws IOException {
        try (TestNode node = new TestNode(a, router(150));
                TestNode other = new TestNode(b, router(100))) {
            elected(node, other);

            a.netlink().links().delete("eth0");
            Await.until("fault", SOON, () -> node.state() == State.FAULT && other.state() == State.ACTIVE);

            lan.plugIn(a, 11);
            Await.until("active again", SOON, () -> node.state() == State.ACTIVE && other.state() == State.BACKUP);
            assertThat(a.holds(VIRTUAL)).isTrue();
        }
    }

    @Test
    @Tag("vrrp-case-48")
    void anInterfaceThatIsRenamedAwayIsMissedUntilItHasItsNameAgain() throws IOException {
        try (TestNode node = new TestNode(a, router(150));
                TestNode other = new TestNode(b, router(100))) {
            elected(node, other);

            a.netlink().links().down("eth0");
            a.netlink().links().rename("eth0", "lan0");
            a.netlink().links().up("lan0");
            Await.until("fault", SOON, () -> node.state() == State.FAULT && other.state() == State.ACTIVE);
            assertThat(a.holds(VIRTUAL)).isFalse();

            a.netlink().links().down("lan0");
            a.netlink().links().rename("lan0", "eth0");
            a.netlink().links().up("eth0");
            Await.until("active again", SOON, () -> node.state() == State.ACTIVE && other.state() == State.BACKUP);
        }
    }

    @Test
    @Tag("vrrp-case-48")
    void anotherMtuChangesNothing() throws IOException {
        try (TestNode node = new TestNode(a, router(150));
                TestNode other = new TestNode(b, router(100))) {
            elected(node, other);
            long before = other.counter("adverts_received");

            a.netlink().links().setMtu("eth0", 1280);

            Await.until("heard", SOON, () -> other.counter("adverts_received") > before + 10);
            assertThat(node.counter("became_active")).isEqualTo(1);
            assertThat(other.counter("became_active")).isZero();
        }
    }

    @Test
    void theSourceAddressIsMissedAndItsReturnNoticed() throws IOException {
        try (TestNode node = new TestNode(a, router(150));
                TestNode other = new TestNode(b, router(100))) {
            elected(node, other);
            InetAddress source = TestLan.address("10.99.0.11");

            a.netlink().addresses().remove(source, 24, "eth0");
            Await.until("fault", SOON, () -> node.state() == State.FAULT && other.state() == State.ACTIVE);

            a.netlink().addresses().add(source, 24, "eth0");
            Await.until("active again", SOON, () -> node.state() == State.ACTIVE && other.state() == State.BACKUP);
        }
    }

    /** More news than the netlink socket holds: the events that matter are among those that are lost. */
    @Test
    @Tag("vrrp-case-49")
    void aNetlinkOverrunIsMadeUpForByLookingAtEverything() throws IOException {
        try (TestNode node = new TestNode(a, router(150));
                TestNode other = new TestNode(b, router(100))) {
            elected(node, other);
            int index = a.netlink().links().get("eth0").index();
            NetlinkBatch.Builder adding = NetlinkBatch.builder();
            NetlinkBatch.Builder removing = NetlinkBatch.builder();
            for (int i = 0; i < 2000; i++) {
                AddressRequest request = new AddressRequest(
                        InetAddress.getByAddress(new byte[] {10, 77, (byte) (i >> 8), (byte) i}),
                        32,
                        index,
                        null,
                        0,
                        0,
                        Addresses.FOREVER,
                        Addresses.FOREVER,
                        0,
                        null,
                        null);
                adding.addAddress(request);
                removing.removeAddress(request);
            }
            NetlinkBatch add = adding.build();
            NetlinkBatch remove = removing.build();
            // While the reactor is busy nobody reads the news.
            node.whileBusy(() -> {
                for (int i = 0; i < 4; i++) {
                    a.netlink().submit(add, (position, errno) -> {});
                    a.netlink().submit(remove, (position, errno) -> {});
                }
                a.netlink().addresses().remove(TestLan.address("10.99.0.11"), 24, "eth0");
            });

            Await.until("overrun", SOON, () -> node.log.stream().anyMatch(line -> line.contains("netlink-overrun")));
            Await.until("fault", SOON, () -> node.state() == State.FAULT && other.state() == State.ACTIVE);
            a.netlink().addresses().add(TestLan.address("10.99.0.11"), 24, "eth0");
            Await.until("active again", SOON, () -> node.state() == State.ACTIVE);
        }
    }

    @Test
    void anAddressThatIsNotTrackedStaysAwayUntilTheNextTakeover() throws IOException {
        VirtualRouterConfig untracked = builder(150)
                .addresses(List.of(
                        new VirtualAddress(VIRTUAL, 32, null, null, 0),
                        new VirtualAddress(
                                TestLan.address("10.99.0.51"),
                                32,
                                null,
                                null,
                                0,
                                new Options(null, null, 0, Options.FOREVER, false, false))))
                .build();
        InetAddress other = TestLan.address("10.99.0.51");
        try (TestNode node = new TestNode(a, untracked)) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(other));

            a.netlink().addresses().remove(other, 32, "eth0");
            Await.until("not put back", SOON, () -> !a.holds(other));
            long sent = node.counter("adverts_sent");
            Await.until("for ten intervals", SOON, () -> node.counter("adverts_sent") > sent + 10);
            assertThat(a.holds(other)).isFalse();
            assertThat(a.holds(VIRTUAL)).isTrue();

            node.routers().fault("test");
            Await.until("fault", SOON, () -> node.state() == State.FAULT);
            node.routers().clear("test");
            Await.until("back", SOON, () -> node.state() == State.ACTIVE && a.holds(other));
        }
    }

    @Test
    void addressesOnAnotherInterfaceAreAnnouncedThere() throws IOException {
        InetAddress elsewhere = TestLan.address("10.98.0.50");
        a.netlink().links().addVeth("eth1", "eth1-peer", b.namespace());
        b.netlink().links().up("eth1-peer");
        a.netlink().links().up("eth1");
        a.netlink().addresses().add(TestLan.address("10.98.0.11"), 24, "eth1");
        b.netlink().addresses().add(TestLan.address("10.98.0.12"), 24, "eth1-peer");
        String mac = a.netlink().links().get("eth1").mac();
        VirtualRouterConfig router = builder(150)
                .addresses(List.of(
                        new VirtualAddress(VIRTUAL, 32, null, null, 0),
                        new VirtualAddress(elsewhere, 32, "eth1", null, 0)))
                .build();
        int index = b.netlink().links().get("eth1-peer").index();
        try (var socket = b.namespace()
                        .run(() -> new io.tandem.vrrp.socket.ArpSocket("eth1-peer", index, List.of(elsewhere)));
                TestNode node = new TestNode(a, router)) {
            byte[] frame = new byte[128];
            List<String> heard = new ArrayList<>();
            Await.until("announced on its own interface", SOON, () -> {
                int length = socket.receive(frame);
                var arp = length < 0 ? null : io.tandem.vrrp.packet.ArpPacket.decode(frame, length);
                if (arp != null && arp.senderAddress().equals(elsewhere)) {
                    heard.add(arp.senderMac().toString());
                }
                return !heard.isEmpty();
            });
            assertThat(heard).containsOnly(mac);
            Await.until("active", SOON, () -> node.state() == State.ACTIVE); // the first round goes before
        }
    }

    private static void elected(TestNode high, TestNode low) {
        Await.until("elected", SOON, () -> high.state() == State.ACTIVE && low.state() == State.BACKUP);
    }

    private static VirtualRouterConfig router(int priority) {
        return builder(priority).build();
    }

    private static VirtualRouterConfigBuilder builder(int priority) {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .version(3)
                .family(AddressFamily.INET)
                .priority(priority)
                .advertInterval(Duration.ofMillis(50))
                .addresses(List.of(new VirtualAddress(VIRTUAL, 32, null, null, 0)));
    }
}
