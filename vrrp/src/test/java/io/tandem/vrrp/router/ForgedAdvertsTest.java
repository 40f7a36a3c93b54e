// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.packet.AdvertisementEncoder;
import io.tandem.vrrp.packet.AdvertisementFormat;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Advertisements that were true once: looped back, repeated, out of their order. */
@Timeout(90)
class ForgedAdvertsTest extends OnLan {
    private static final InetAddress VIRTUAL = TestLan.address("10.99.0.50");
    private static final InetAddress GROUP = TestLan.address("224.0.0.18");
    private static final InetAddress OF_A = TestLan.address("10.99.0.11");
    private static final InetAddress OF_B = TestLan.address("10.99.0.12");
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final int PER_SECOND = 300;

    private TestLan.Host other;

    @BeforeEach
    void other() throws IOException {
        other = lan.add("c", 13);
        other.netlink().addresses().add(OF_A, 32, "eth0");
        other.netlink().addresses().add(OF_B, 32, "eth0");
    }

    @Test
    void ownPacketsThatComeBackMoveNothing() throws IOException {
        try (TestNode high = new TestNode(a, router(150));
                TestNode low = new TestNode(b, router(100))) {
            settle(high, low);
            replay(OF_A, List.of(message(150, OF_A, 150)), Duration.ofSeconds(1));

            assertThat(high.counter("became_active")).isEqualTo(1);
            assertThat(low.counter("became_active")).isZero();
            assertThat(high.state()).isEqualTo(State.ACTIVE);
            assertThat(high.log).as("said, but not each time").hasSizeLessThan(40);
        }
    }

    @Test
    void whatABackupSaidOnceDoesNotMoveTheAddressInAnyOrder() throws IOException {
        try (TestNode high = new TestNode(a, router(150));
                TestNode low = new TestNode(b, router(100))) {
            settle(high, low);
            List<byte[]> recorded = List.of(
                    message(100, OF_B, 100), message(100, OF_B, 0), message(100, OF_B, 100), message(100, OF_B, 90));
            replay(OF_B, recorded, Duration.ofSeconds(1));

            assertThat(high.counter("became_active")).isEqualTo(1);
            assertThat(high.counter("became_backup")).isEqualTo(1);
            assertThat(a.holds(VIRTUAL)).isTrue();
            assertThat(high.counter("adverts_sent"))
                    .as("answers are bounded: ten an interval, and the usual ones")
                    .isLessThan(20 * 12 + 200);
        }
    }

    @Test
    void theFarewellOfTheActiveRouterRepeatedEndsWithOneHolder() throws IOException {
        try (TestNode high = new TestNode(a, router(150));
                TestNode low = new TestNode(b, router(100))) {
            settle(high, low);
            replay(OF_A, List.of(message(150, OF_A, 0)), Duration.ofMillis(500));

            Await.until(
                    "one holder",
                    SOON,
                    () -> high.state() == State.ACTIVE
                            && low.state() == State.BACKUP
                            && a.holds(VIRTUAL)
                            && !b.holds(VIRTUAL));
            assertThat(high.counter("became_active")).as("it never let go").isEqualTo(1);
        }
    }

    private void replay(InetAddress source, List<byte[]> messages, Duration duration) throws IOException {
        try (FloodSender sender = new FloodSender(other, source, GROUP, 255)) {
            int rounds = 10;
            for (int i = 0; i < rounds; i++) {
                for (byte[] message : messages) {
                    sender.run(message, PER_SECOND, duration.dividedBy((long) rounds * messages.size()));
                }
            }
        }
    }

    private static byte[] message(int priority, InetAddress source, int advertised) {
        return new AdvertisementEncoder(AdvertisementFormat.of(router(priority)), source, GROUP)
                .encode(advertised)
                .clone();
    }

    private static void settle(TestNode high, TestNode low) {
        Await.until(
                "elected",
                SOON,
                () -> high.state() == State.ACTIVE
                        && low.state() == State.BACKUP
                        && low.counter("adverts_received") > 2);
    }

    private static VirtualRouterConfig router(int priority) {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .version(3)
                .priority(priority)
                .advertInterval(Duration.ofMillis(100))
                .addresses(List.of(new VirtualAddress(VIRTUAL, 32, null, null, 0)))
                .build();
    }
}
