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
import io.tandem.vrrp.netlink.Link;
import io.tandem.vrrp.packet.MacAddress;
import io.tandem.vrrp.packet.NeighborSolicitation;
import io.tandem.vrrp.socket.ArpSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** IPv6 addresses on the TUN device, which the kernel does not answer for. */
@Timeout(60)
class NeighborAnswersTest extends OnLan {
    private static final InetAddress VIP = TestLan.address("fd99::50");
    private static final InetAddress CLIENT = TestLan.address("fd99::13");
    private static final Duration SOON = Duration.ofSeconds(15);
    /** Four times as many as are answered, and fewer than a bridge of this machine's loses others' packets by. */
    private static final int A_SECOND = 20_000;

    @SuppressWarnings("NullAway.Init")
    private TestLan.Host c;

    @BeforeEach
    void addresses() throws IOException {
        c = lan.add("c", 13);
        c.netlink().addresses().add(CLIENT, 64, "eth0");
    }

    @Test
    @Tag("vrrp-case-26")
    void whoAsksForAnAddressIsAnsweredWithTheMacOfTheInterface() throws IOException {
        a.netlink().addresses().add(TestLan.address("fd99::11"), 64, "eth0");
        try (TestNode node = new TestNode(a, router(null, 64))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);

            assertThat(a.entry(VIP).interfaceIndex()).isNotEqualTo(eth0(a).index());
            assertThat(Neighborhood.whoHas(c, CLIENT, VIP)).containsExactly(eth0(a).mac());
            assertThat(isReached()).isTrue();
        }
        assertThat(Neighborhood.whoHas(c, CLIENT, VIP)).isEmpty();
    }

    @Test
    @Tag("vrrp-case-25")
    void aBackupDoesNotAnswer() throws IOException {
        try (TestNode high = new TestNode(a, router(null, 64, 150));
                TestNode low = new TestNode(b, router(null, 64, 100))) {
            Await.until("elected", SOON, () -> high.state() == State.ACTIVE && low.state() == State.BACKUP);

            assertThat(Neighborhood.whoHas(c, CLIENT, VIP)).containsExactly(eth0(a).mac());
        }
    }

    @Test
    @Tag("vrrp-case-26")
    void aVirtualMacIsWhatIsAnsweredWhereThereIsOne() throws IOException {
        a.netlink().addresses().add(TestLan.address("fd99::11"), 64, "eth0");
        try (TestNode node = new TestNode(a, router(OwnInterface.VMAC, 64))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);

            assertThat(Neighborhood.whoHas(c, CLIENT, VIP)).containsExactly("00:00:5e:00:02:33");
            assertThat(isReached()).isTrue();
        }
    }

    /** Where it would be on the interface the kernel made a route to its network there. */
    @Test
    void theNetworkOfAnAddressIsReachedAsLongAsItIsHeld() throws IOException {
        try (TestNode node = new TestNode(a, router(null, 64))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);

            assertThat(routes()).anyMatch(line -> line.startsWith("fd99::/64 dev eth0") && line.contains("expires"));
            assertThat(isReached()).isTrue();

            Await.until("renewed", SOON, () -> routes().stream().anyMatch(line -> line.contains("expires 1sec")));
            assertThat(isReached()).isTrue();
        }
        assertThat(routes()).isEmpty();
    }

    @Test
    void aHostThatWantsTheAddressForItselfIsToldThatItIsTaken() throws IOException {
        try (TestNode node = new TestNode(a, router(null, 64))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);

            Neighborhood.run(c, "ip", "-6", "addr", "add", VIP.getHostAddress() + "/64", "dev", "eth0");
            Await.until("refused", SOON, () -> Neighborhood.run(c, "ip", "-6", "addr", "show", "dev", "eth0").stream()
                    .anyMatch(line -> line.contains("fd99::50/64") && line.contains("dadfailed")));
        }
    }

    @Test
    void aLinkLocalAddressStaysOnItsInterface() throws IOException {
        InetAddress linkLocal = TestLan.address("fe80::50");
        VirtualRouterConfig config = builder(null, 150)
                .addresses(List.of(new VirtualAddress(linkLocal, 64, null, null, 0), address(64)))
                .build();
        try (TestNode node = new TestNode(a, config)) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);

            assertThat(a.entry(linkLocal).interfaceIndex()).isEqualTo(eth0(a).index());
            assertThat(a.entry(VIP).interfaceIndex()).isNotEqualTo(eth0(a).index());
            assertThat(Neighborhood.whoHas(c, CLIENT, linkLocal)).containsExactly(eth0(a).mac());
            assertThat(Neighborhood.whoHas(c, CLIENT, VIP)).containsExactly(eth0(a).mac());
        }
    }

    @Test
    void aFloodOfQuestionsDoesNotKeepTheElectionFromItsWork() throws Exception {
        try (TestNode high = new TestNode(a, unhurried(150));
                TestNode low = new TestNode(b, unhurried(100))) {
            Await.until("elected", SOON, () -> high.state() == State.ACTIVE && low.state() == State.BACKUP);
            long moves = low.counter("became_active");
            AtomicBoolean over = new AtomicBoolean();
            Thread flood = new Thread(() -> ask(over));
            flood.start();
            try {
                long sent = high.counter("adverts_sent");
                Await.until("ten advertisements", SOON, () -> high.counter("adverts_sent") >= sent + 10);
            } finally {
                over.set(true);
                flood.join();
            }
            assertThat(low.counter("became_active")).isEqualTo(moves);
            Await.until("answered as before", SOON, () -> Neighborhood.whoHas(c, CLIENT, VIP)
                    .contains(mac(a)));
        }
    }

    private void ask(AtomicBoolean over) {
        try {
            Link link = eth0(c);
            byte[] frame = NeighborSolicitation.encode(MacAddress.of(link.macBytes(), 0), CLIENT, VIP);
            try (ArpSocket socket = c.namespace().run(() -> new ArpSocket("eth0", link.index(), List.of()))) {
                for (long startNs = System.nanoTime(), sent = 0; !over.get(); LockSupport.parkNanos(500_000L)) {
                    for (long due = (System.nanoTime() - startNs) * A_SECOND / 1_000_000_000L; sent < due; sent++) {
                        socket.send(frame);
                    }
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether the client can connect to the address, and say something. */
    private boolean isReached() throws IOException {
        try (ServerSocket server = a.namespace().run(() -> new ServerSocket(0));
                Socket client = c.namespace().run(Socket::new)) {
            c.namespace().run(() -> {
                client.connect(new InetSocketAddress(VIP, server.getLocalPort()), 3_000);
                return client;
            });
            try (Socket accepted = server.accept()) {
                client.getOutputStream().write(7);
                return accepted.getLocalAddress().equals(VIP)
                        && accepted.getInputStream().read() == 7;
            }
        }
    }

    private List<String> routes() {
        return Neighborhood.run(a, "ip", "-6", "route", "show", "fd99::/64");
    }

    private static Link eth0(TestLan.Host host) throws IOException {
        return host.netlink().links().get("eth0");
    }

    private static String mac(TestLan.Host host) {
        try {
            return eth0(host).mac();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Loses three advertisements by a flood only, and not because other tests keep the processors. */
    private static VirtualRouterConfig unhurried(int priority) {
        return builder(null, priority)
                .addresses(List.of(address(64)))
                .advertInterval(Duration.ofMillis(300))
                .build();
    }

    private static VirtualRouterConfig router(@Nullable OwnInterface own, int prefixLength) {
        return router(own, prefixLength, 150);
    }

    private static VirtualRouterConfig router(@Nullable OwnInterface own, int prefixLength, int priority) {
        return builder(own, priority).addresses(List.of(address(prefixLength))).build();
    }

    private static VirtualAddress address(int prefixLength) {
        return new VirtualAddress(VIP, prefixLength, null, null, 0);
    }

    private static VirtualRouterConfigBuilder builder(@Nullable OwnInterface own, int priority) {
        return new VirtualRouterConfigBuilder("VI_6", "eth0", 51)
                .family(AddressFamily.INET6)
                .version(3)
                .priority(priority)
                .advertInterval(Duration.ofMillis(50))
                .ownInterface(own);
    }
}
