// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import static io.tandem.vrrp.election.TestRouter.HIGH;
import static io.tandem.vrrp.election.TestRouter.SECOND;
import static io.tandem.vrrp.election.TestRouter.ip;
import static io.tandem.vrrp.election.TestRouter.v2;
import static io.tandem.vrrp.election.TestRouter.v3;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Routers that hear each other at once, on a clock moved by hand. */
class SeveralRoutersTest {
    @Test
    @Tag("vrrp-case-17")
    void ofTwoBackupsWithEqualPriorityThatExpireTogetherOneIsLeftWithinAnInterval() {
        Wire lan = new Wire(Map.of(
                ip("10.0.0.1"), v3().config(),
                ip("10.0.0.2"), v3().config()));
        lan.hear(HIGH, 150);

        lan.runUntil(SECOND * 4);
        assertThat(lan.states()).containsExactly(State.BACKUP, State.ACTIVE);
        assertThat(lan.mostActiveNs).as("two at a time, for so long").isLessThan(SECOND);
        lan.runUntil(SECOND * 20);
        assertThat(lan.transitions).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    @Tag("vrrp-case-18")
    void ofThreeTheHigherBackupWinsByItsSkewAndTheOtherNeverAnnounces() {
        for (TestRouter.Settings settings : List.of(v3(), v2())) {
            Wire lan = new Wire(Map.of(
                    ip("10.0.0.1"), settings.priority(100).config(),
                    ip("10.0.0.2"), settings.priority(101).config()));
            lan.hear(HIGH, 150);

            lan.runUntil(SECOND * 30);

            assertThat(lan.states()).containsExactly(State.BACKUP, State.ACTIVE);
            assertThat(lan.transitions).containsExactly("/10.0.0.2 ACTIVE");
            assertThat(lan.mostActiveNs).isZero();
        }
    }

    /** All that is sent arrives at once; a third router was Active and died. */
    private static final class Wire {
        private final Map<String, TestRouter> routers = new TreeMap<>();
        private final List<String> transitions = new java.util.ArrayList<>();
        private long nowNs;
        private long mostActiveNs;
        private long twoSinceNs = -1;

        Wire(Map<InetAddress, ElectionConfig> configs) {
            configs.forEach((address, config) -> {
                TestRouter router = new TestRouter(config);
                router.on(new Event.Startup(address));
                routers.put(address.toString(), router);
            });
        }

        void hear(InetAddress from, int priority) {
            routers.values().forEach(router -> router.hearAt(nowNs, from, priority));
        }

        void runUntil(long endNs) {
            for (; nowNs < endNs; nowNs += SECOND / 256) {
                // Both timers are looked at before either hears the other.
                Map<String, List<Action>> sent = new TreeMap<>();
                routers.forEach((name, router) -> sent.put(name, router.tickAt(nowNs)));
                sent.forEach(this::spread);
                long active = routers.values().stream()
                        .filter(router -> router.state() == State.ACTIVE)
                        .count();
                if (active > 1) {
                    twoSinceNs = twoSinceNs < 0 ? nowNs : twoSinceNs;
                    mostActiveNs = Math.max(mostActiveNs, nowNs - twoSinceNs + 1);
                } else {
                    twoSinceNs = -1;
                }
            }
        }

        private void spread(String from, List<Action> actions) {
            for (Action action : actions) {
                if (action instanceof Action.ReportState report) {
                    transitions.add(from + " " + report.change().to());
                }
                if (action instanceof Action.SendAdvertisement advert) {
                    routers.forEach((name, router) -> {
                        if (!name.equals(from)) {
                            spread(name, router.hearAt(nowNs, ip(from.substring(1)), advert.priority()));
                        }
                    });
                }
            }
        }

        List<State> states() {
            return routers.values().stream().map(TestRouter::state).toList();
        }
    }
}
