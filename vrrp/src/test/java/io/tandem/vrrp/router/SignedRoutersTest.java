// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.AdvertHmac;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Admission;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.vrrp.election.State;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Routers that sign: among themselves, beside an impostor, and while the roll-out is under way. */
@Timeout(60)
@Tag("vrrp-case-44")
class SignedRoutersTest extends OnLan {
    private static final Duration SOON = Duration.ofSeconds(15);
    private static final String KEY = "0123456789abcdef0123456789abcdef";

    @Test
    void overBothFamiliesTheyElectAndHandTheAddressOn() throws IOException {
        for (AddressFamily family : AddressFamily.values()) {
            try (TestNode high = new TestNode(a, router(family, 150, signed(KEY, AdvertHmac.Mode.ENFORCE)));
                    TestNode low = new TestNode(b, router(family, 100, signed(KEY, AdvertHmac.Mode.ENFORCE)))) {
                Await.until("elected", SOON, () -> high.state() == State.ACTIVE && low.state() == State.BACKUP);
                Await.until("heard", SOON, () -> low.counter("adverts_received") > 5);
                assertThat(low.log).noneMatch(line -> line.contains("vrrp drop") || line.contains("vrrp remark"));

                high.routers().stop(100);

                Await.until("taken", SOON, () -> low.state() == State.ACTIVE);
                assertThat(low.log).anyMatch(line -> line.contains("to=ACTIVE reason=peer-stopped"));
            }
        }
    }

    @Test
    void anImpostorWithPriority255IsNotBelieved() throws IOException {
        try (TestNode high = new TestNode(a, router(150, signed(KEY, AdvertHmac.Mode.ENFORCE)))) {
            Await.until("active", SOON, () -> high.state() == State.ACTIVE);
            for (AdvertHmac hmac : new @Nullable AdvertHmac[] {null, signed("x".repeat(32), AdvertHmac.Mode.ENFORCE)}) {
                try (TestNode impostor = new TestNode(b, router(255, hmac))) {
                    Await.until("it advertises", SOON, () -> impostor.counter("adverts_sent") > 5);
                    String counter = hmac == null ? "drop_hmac_missing" : "drop_hmac_tag";
                    Await.until("it is dropped", SOON, () -> high.counter(counter) > 3);
                    assertThat(high.state()).isEqualTo(State.ACTIVE);
                }
            }
            assertThat(high.counter("became_active")).isEqualTo(1);
            assertThat(String.join("\n", high.log)).doesNotContain(KEY);
        }
    }

    @Test
    void plainVrrpYieldsToAnUnknownOwnerWithAnAlarm() throws IOException {
        try (TestNode high = new TestNode(a, router(150, null))) {
            Await.until("active", SOON, () -> high.state() == State.ACTIVE);
            try (TestNode impostor = new TestNode(b, router(255, null))) {
                Await.until("yields", SOON, () -> high.state() == State.BACKUP);
                assertThat(impostor.state()).isEqualTo(State.ACTIVE);
            }
            assertThat(high.log).anyMatch(line -> line.contains("what=unknown-owner peer=10.99.0.12"));
            assertThat(high.counter("warning_unknown_owner")).isEqualTo(1);
        }
    }

    @Test
    void theStepsOfARollOutMoveNothing() throws IOException {
        try (TestNode high = new TestNode(a, router(150, null));
                TestNode low = new TestNode(b, router(100, null))) {
            Await.until("elected", SOON, () -> high.state() == State.ACTIVE && low.state() == State.BACKUP);
            for (AdvertHmac.Mode mode : AdvertHmac.Mode.values()) {
                for (TestNode node : List.of(low, high)) {
                    int priority = node == high ? 150 : 100;
                    long heard = low.counter("adverts_received");
                    node.routers().reload(List.of(router(priority, signed(KEY, mode))));
                    Await.until("goes on", SOON, () -> low.counter("adverts_received") > heard + 5);
                }
            }
            assertThat(high.counter("became_active")).isEqualTo(1);
            assertThat(low.counter("became_active")).isZero();
            assertThat(low.log).noneMatch(line -> line.contains("vrrp drop"));
        }
    }

    private static AdvertHmac signed(String key, AdvertHmac.Mode mode) {
        return new AdvertHmac(
                List.of(new AdvertHmac.Key(1, key)), 1, AdvertHmac.AntiReplay.TIME, Duration.ofSeconds(5), mode);
    }

    private static VirtualRouterConfig router(int priority, @Nullable AdvertHmac hmac) {
        return router(AddressFamily.INET, priority, hmac);
    }

    private static VirtualRouterConfig router(AddressFamily family, int priority, @Nullable AdvertHmac hmac) {
        InetAddress virtual = TestLan.address(family == AddressFamily.INET ? "10.99.0.50" : "fe80::50");
        int bits = family == AddressFamily.INET ? 32 : 128;
        return new VirtualRouterConfigBuilder("VI_1", "eth0", 51)
                .family(family)
                .version(3)
                .priority(priority)
                .advertInterval(Duration.ofMillis(100))
                .addresses(List.of(new VirtualAddress(virtual, bits, null, null, 0)))
                .admission(new Admission(hmac, List.of(), false))
                .build();
    }
}
