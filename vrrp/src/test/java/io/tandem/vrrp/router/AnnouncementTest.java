// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Again;
import io.tandem.config.model.VirtualRouterConfig.Announce;
import io.tandem.config.model.VirtualRouterConfig.Pace;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.packet.ArpPacket;
import io.tandem.vrrp.socket.ArpSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What neighbours hear of a takeover, and when. */
@Timeout(60)
class AnnouncementTest extends OnLan {
    private static final InetAddress VIRTUAL = TestLan.address("10.99.0.50");
    private static final InetAddress GLOBAL = TestLan.address("fd99::50");
    private static final Duration SOON = Duration.ofSeconds(15);

    private TestLan.Host client;

    @BeforeEach
    void client() throws IOException {
        client = lan.add("c", 13);
    }

    @Test
    void theReplyFormIsLastInEachRound() throws IOException {
        Announce once = new Announce(1, Duration.ZERO, Duration.ZERO, 1);
        try (Ear ear = new Ear();
                TestNode node = new TestNode(a, router(once))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
            // One round before the address is there, one behind it.
            Await.until("announced", SOON, () -> ear.listen() >= 4);

            assertThat(ear.operations())
                    .startsWith(ArpPacket.REQUEST, ArpPacket.REPLY, ArpPacket.REQUEST, ArpPacket.REPLY);
        }
    }

    @Test
    void aPaceHoldsMessagesApart() throws IOException {
        Announce paced = new Announce(
                1,
                Duration.ZERO,
                Duration.ZERO,
                1,
                null,
                new Pace(Duration.ofMillis(40), Duration.ZERO, null),
                Duration.ZERO,
                false);
        try (Ear ear = new Ear();
                TestNode node = new TestNode(a, router(paced))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
            Await.until("announced", SOON, () -> ear.listen() >= 4);

            assertThat(ear.atNs.get(3) - ear.atNs.get(0))
                    .as("three gaps of 40 ms")
                    .isGreaterThan(100_000_000L);
        }
    }

    @Test
    void aRefreshSaysItAgainPeriodically() throws IOException {
        Announce refreshed = new Announce(1, Duration.ZERO, Duration.ofSeconds(1), 2);
        try (Ear ear = new Ear();
                TestNode node = new TestNode(a, router(refreshed))) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
            Await.until("the takeover's and two refreshes", SOON, () -> ear.listen() >= 4 + 2 * 4);
        }
    }

    @Test
    void aLowerPriorityHasScheduleOfItsOwn() {
        VirtualRouterConfig router = router(new Announce(
                1, Duration.ZERO, Duration.ZERO, 1, new Again(3, Duration.ZERO), Pace.FREE, Duration.ZERO, false));
        Announcer announcer = new Announcer(router);
        announcer.announce(0);
        assertThat(announcer.nextWakeNs()).as("one message, no second block").isEqualTo(Reactor.NEVER);

        announcer.announceAgain(1_000_000_000L);

        assertThat(announcer.nextWakeNs()).isEqualTo(1_010_000_000L);
        announcer.onTime(1_010_000_000L);
        assertThat(announcer.nextWakeNs()).isEqualTo(1_050_000_000L);
        announcer.onTime(1_050_000_000L);
        assertThat(announcer.nextWakeNs()).isEqualTo(Reactor.NEVER);
    }

    @Test
    @Tag("vrrp-case-27")
    void neighborAdvertisementsOverrideAndSayWhetherThisHostForwards() throws Exception {
        for (int forwarding : new int[] {0, 1}) {
            a.namespace().run(() -> Sysctl.write("ipv6/conf/eth0/forwarding", forwarding));
            Process tcpdump = new ProcessBuilder(
                            "nsenter",
                            "--net=" + client.namespace().path(),
                            "timeout",
                            "15",
                            "tcpdump",
                            "-c",
                            "1",
                            "-l",
                            "-n",
                            "-v",
                            "-i",
                            "eth0",
                            "icmp6 and ip6[40] == 136 and ip6 src " + GLOBAL.getHostAddress())
                    .redirectErrorStream(true)
                    .start();
            try (TestNode node = new TestNode(a, router6())) {
                Await.until("active", SOON, () -> node.state() == State.ACTIVE);
                String seen =
                        new String(tcpdump.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
                assertThat(seen).contains(forwarding == 1 ? "Flags [router, override]" : "Flags [override]");
            } finally {
                tcpdump.destroyForcibly();
            }
        }
    }

    @Test
    @Tag("vrrp-case-27")
    void aHeldIpv6AddressHasItsSolicitedNodeGroupAndNoDuplicateDetection() throws IOException {
        try (TestNode node = new TestNode(a, router6())) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE && a.holds(GLOBAL));

            assertThat(a.entry(GLOBAL).tentative()).isFalse();
            // The kernel joins a moment later.
            Await.until(
                    "its group", SOON, () -> Neighborhood.run(a, "ip", "-6", "maddress", "show", "dev", "eth0").stream()
                            .anyMatch(line -> line.contains("ff02::1:ff00:50")));
        }
    }

    /** Hears gratuitous ARP about the virtual address, in the client. */
    private final class Ear implements AutoCloseable {
        private final ArpSocket socket;
        private final List<ArpPacket> heard = new ArrayList<>();
        private final List<Long> atNs = new ArrayList<>();
        private final byte[] frame = new byte[128];

        Ear() throws IOException {
            int index = client.netlink().links().get("eth0").index();
            socket = client.namespace().run(() -> new ArpSocket("eth0", index, List.of(VIRTUAL)));
        }

        /** How many there were. */
        int listen() {
            for (int length = socket.receive(frame); length >= 0; length = socket.receive(frame)) {
                ArpPacket arp = ArpPacket.decode(frame, length);
                if (arp != null && arp.senderAddress().equals(VIRTUAL)) {
                    heard.add(arp);
                    atNs.add(System.nanoTime());
                }
            }
            return heard.size();
        }

        List<Integer> operations() {
            return heard.stream().map(ArpPacket::operation).toList();
        }

        @Override
        public void close() {
            socket.close();
        }
    }

    private static VirtualRouterConfig router(Announce announce) {
        return builder()
                .announce(announce)
                .addresses(List.of(new VirtualAddress(VIRTUAL, 32, null, null, 0)))
                .build();
    }

    private static VirtualRouterConfig router6() {
        return builder()
                .family(AddressFamily.INET6)
                .addresses(List.of(
                        new VirtualAddress(TestLan.address("fe80::50"), 64, null, null, 0),
                        new VirtualAddress(GLOBAL, 64, null, null, 0)))
                .build();
    }

    private static VirtualRouterConfigBuilder builder() {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .version(3)
                .priority(150)
                .advertInterval(Duration.ofMillis(50));
    }
}
