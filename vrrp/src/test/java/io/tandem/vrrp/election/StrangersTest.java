// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import static io.tandem.vrrp.election.State.ACTIVE;
import static io.tandem.vrrp.election.State.BACKUP;
import static io.tandem.vrrp.election.TestRouter.ADVERT_100;
import static io.tandem.vrrp.election.TestRouter.HIGH;
import static io.tandem.vrrp.election.TestRouter.INSTALL;
import static io.tandem.vrrp.election.TestRouter.LOW;
import static io.tandem.vrrp.election.TestRouter.MS;
import static io.tandem.vrrp.election.TestRouter.REMOVE;
import static io.tandem.vrrp.election.TestRouter.SECOND;
import static io.tandem.vrrp.election.TestRouter.changed;
import static io.tandem.vrrp.election.TestRouter.v3;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.vrrp.election.Action.Warn;
import org.junit.jupiter.api.Test;

/** Routers that nobody knows: an impostor with priority 255, floods of valid advertisements. */
class StrangersTest {
    @Test
    void plainVrrpYieldsToAnUnknownOwnerWithAnAlarm() {
        TestRouter router = v3().active();

        assertThat(router.hearAt(1, LOW, 255))
                .containsExactly(
                        new Warn(Warning.UNKNOWN_OWNER, LOW),
                        REMOVE,
                        changed(ACTIVE, BACKUP, Reason.HIGHER_PRIORITY_HEARD, LOW));
    }

    @Test
    void anUnknownOwnerBesideTheActiveRouterIsAnAlarmAlsoForABackup() {
        TestRouter router = v3().started();
        assertThat(router.hearAt(0, LOW, 255))
                .as("it is the first that is heard")
                .isEmpty();
        router.hearAt(1, HIGH, 150);

        assertThat(router.hearAt(2, LOW, 255)).containsExactly(new Warn(Warning.UNKNOWN_OWNER, LOW));
    }

    @Test
    void anOwnerThatALivenessLinkVouchedForIsNoAlarm() {
        TestRouter router = v3().active();
        router.on(new Event.PeerSeen(LOW, 255));
        router.on(new Event.PeerLeft(LOW));

        assertThat(router.hearAt(1, LOW, 255))
                .containsExactly(ADVERT_100, REMOVE, changed(ACTIVE, BACKUP, Reason.HIGHER_PRIORITY_HEARD, LOW));
    }

    @Test
    void whereStrangersAreRefusedTheLinksDecide() {
        TestRouter router = v3().refuseStrangers().active();
        router.on(new Event.PeerSeen(HIGH, 90));

        assertThat(router.hearAt(1, LOW, 255)).containsExactly(new Warn(Warning.STRANGER_REFUSED, LOW));
        assertThat(router.hearAt(2, LOW, 0)).containsExactly(new Warn(Warning.STRANGER_REFUSED, LOW));
        assertThat(router.state()).isEqualTo(ACTIVE);

        router.on(new Event.PeerSeen(HIGH, 200));
        assertThat(router.hearAt(3, HIGH, 200)).contains(REMOVE);
    }

    @Test
    void aRefusedStrangerDoesNotKeepABackupWaiting() {
        TestRouter router = v3().refuseStrangers().started();
        router.on(new Event.PeerSeen(HIGH, 150));
        router.hearAt(0, HIGH, 150);
        for (long at = 0; at < 3_609 * MS; at += 10 * MS) {
            router.hearAt(at, LOW, 255);
        }

        assertThat(router.tickAt(3_609_375_000L)).contains(INSTALL);
    }

    @Test
    void untilTheFirstLinkIsUpStrangersAreHeardAsInPlainVrrp() {
        TestRouter router = v3().refuseStrangers().started();

        router.hearAt(SECOND, LOW, 255);

        assertThat(router.wakeNs()).isEqualTo(SECOND + 3_609_375_000L);
    }

    @Test
    void aFloodOfPriorityZeroGetsTenAnswersAnInterval() {
        TestRouter router = v3().active();
        long answers = 0;
        for (int i = 0; i < 100_000; i++) {
            answers += router.hearAt(i * 10_000L, HIGH, 0).stream()
                    .filter(ADVERT_100::equals)
                    .count();
        }

        assertThat(answers).isEqualTo(10);
    }
}
