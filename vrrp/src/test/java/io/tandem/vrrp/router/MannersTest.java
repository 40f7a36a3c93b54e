// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig.Admission;
import io.tandem.config.model.VirtualRouterConfig.Manners;
import io.tandem.config.model.VirtualRouterConfig.PeerTtl;
import io.tandem.config.model.VirtualRouterConfig.Tuning;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.config.model.VrrpGlobals.LinkDelay;
import io.tandem.vrrp.election.State;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Routers that depart from what nearly all do: how far they are heard, and what their interface's state means to them. */
@Timeout(60)
class MannersTest extends OnLan {
    private static final InetAddress VIRTUAL = TestLan.address("10.99.0.50");
    private static final Duration SOON = Duration.ofSeconds(15);

    @Test
    void unicastAdvertisementsLeaveWithTheTtlThatIsAskedFor() throws IOException {
        InetAddress self = TestLan.address("10.99.0.11");
        Admission only9 = new Admission(null, List.of(new PeerTtl(self, 9, 9)), false);
        try (TestNode high = new TestNode(
                        a,
                        router(150, new Manners(true, 9, true, false, false, false))
                                .unicastSource(self)
                                .unicastPeers(List.of(TestLan.address("10.99.0.12")))
                                .build());
                TestNode low = new TestNode(
                        b,
                        router(100, Manners.USUAL)
                                .unicastSource(TestLan.address("10.99.0.12"))
                                .unicastPeers(List.of(self))
                                .admission(only9)
                                .build())) {
            Await.until("heard", SOON, () -> high.state() == State.ACTIVE && low.counter("adverts_received") > 3);
            assertThat(low.state()).isEqualTo(State.BACKUP);
            assertThat(low.counter("drop_ttl")).isZero();
        }
    }

    @Test
    void oneThatDoesNotMindItsInterfaceStaysActiveWithoutACarrierUntilAReloadSaysOtherwise() throws IOException {
        Manners careless = new Manners(true, 255, false, false, false, false);
        try (TestNode node = new TestNode(a, router(150, careless).build())) {
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);
            lan.cut("a");
            Await.until("no carrier", SOON, () -> !isUsable());
            long sent = node.counter("adverts_sent") + node.counter("send_errors");
            Await.until(
                    "it goes on", SOON, () -> node.counter("adverts_sent") + node.counter("send_errors") > sent + 5);
            assertThat(node.state()).isEqualTo(State.ACTIVE);
            assertThat(node.counter("became_active")).isEqualTo(1);

            node.routers().reload(List.of(router(150, Manners.USUAL).build()));
            Await.until("fault", SOON, () -> node.state() == State.FAULT);
            node.routers().reload(List.of(router(150, careless).build()));
            Await.until("active again", SOON, () -> node.state() == State.ACTIVE);
        }
    }

    @Test
    void anInterfaceThatBouncesIsHeededOnlyWhenItStaysDown() throws IOException {
        try (TestNode node = new TestNode(a, router(150, Manners.USUAL).build())) {
            node.routers().delay(List.of(new LinkDelay("eth0", Duration.ofMillis(1500), Duration.ZERO)));
            Await.until("active", SOON, () -> node.state() == State.ACTIVE);

            lan.cut("a");
            Await.until("no carrier", SOON, () -> !isUsable());
            lan.restore("a");
            Await.until("carrier", SOON, this::isUsable);
            long sent = node.counter("adverts_sent");
            Await.until("later", SOON, () -> node.counter("adverts_sent") > sent + 40);
            assertThat(node.counter("became_fault")).isZero();
            assertThat(node.counter("became_active")).isEqualTo(1);

            long cutAtNs = System.nanoTime();
            lan.cut("a");
            Await.until("fault", SOON, () -> node.state() == State.FAULT);
            assertThat(System.nanoTime() - cutAtNs).as("not at once").isGreaterThanOrEqualTo(1_400_000_000L);
        }
    }

    private boolean isUsable() {
        try {
            return a.netlink().links().get("eth0").isUsable();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static VirtualRouterConfigBuilder router(int priority, Manners manners) {
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .version(3)
                .priority(priority)
                .advertInterval(Duration.ofMillis(50))
                .tuning(new Tuning(3, true, false, manners))
                .addresses(List.of(new VirtualAddress(VIRTUAL, 32, null, null, 0)));
    }
}
