// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import static io.tandem.vrrp.election.State.ACTIVE;
import static io.tandem.vrrp.election.State.BACKUP;
import static io.tandem.vrrp.election.TestRouter.ADVERT_100;
import static io.tandem.vrrp.election.TestRouter.ANNOUNCE;
import static io.tandem.vrrp.election.TestRouter.HIGH;
import static io.tandem.vrrp.election.TestRouter.INSTALL;
import static io.tandem.vrrp.election.TestRouter.INSTALL_BESIDE;
import static io.tandem.vrrp.election.TestRouter.LOW;
import static io.tandem.vrrp.election.TestRouter.SECOND;
import static io.tandem.vrrp.election.TestRouter.changed;
import static io.tandem.vrrp.election.TestRouter.v3;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a Backup makes of what it hears, as RFC 9568 and keepalived have it. */
class BackupElectionTest {
    @Test
    @Tag("vrrp-case-4")
    void backupHearingPriorityZeroWaitsForItsSkewOnly() {
        TestRouter router = v3().started();
        router.hearAt(0, HIGH, 150);

        assertThat(router.hearAt(SECOND, HIGH, 0)).isEmpty();
        assertThat(router.wakeNs()).isEqualTo(SECOND + 156 * SECOND / 256);
        assertThat(router.tickAt(router.wakeNs())).endsWith(changed(BACKUP, ACTIVE, Reason.PEER_STOPPED, HIGH));
    }

    @Test
    void theOnlyPossibleBackupTakesOverAtOnceOnPriorityZero() {
        TestRouter router = v3().twoRouters().started();
        router.hearAt(0, HIGH, 150);

        assertThat(router.hearAt(SECOND, HIGH, 0))
                .containsExactly(ADVERT_100, INSTALL, ANNOUNCE, changed(BACKUP, ACTIVE, Reason.PEER_STOPPED, HIGH));
    }

    @Test
    void priorityZeroOfARouterThatWasNotActiveStillMeansSkew() {
        TestRouter router = v3().twoRouters().started();
        router.hearAt(0, HIGH, 150);

        assertThat(router.hearAt(SECOND, LOW, 0)).isEmpty();
        assertThat(router.wakeNs()).isEqualTo(SECOND + 156 * SECOND / 256);
    }

    @Test
    @Tag("vrrp-case-5")
    void advertisementsOfAtLeastTheOwnPriorityRestartTheTimer() {
        TestRouter router = v3().started();

        for (int priority : new int[] {100, 101, 254, 255}) {
            long now = priority * SECOND / 100;
            router.hearAt(now, LOW, priority);
            assertThat(router.wakeNs()).isEqualTo(now + 3_609_375_000L);
        }
    }

    @Test
    @Tag("vrrp-case-6")
    void lowerAdvertisementsAreDiscardedAndTheTimerRunsOn() {
        TestRouter router = v3().started();
        router.hearAt(SECOND, HIGH, 99);
        router.hearAt(2 * SECOND, HIGH, 99);
        router.hearAt(3 * SECOND, HIGH, 99);

        assertThat(router.wakeNs()).isEqualTo(3_609_375_000L);
        assertThat(router.tickAt(3_609_375_000L))
                .as("the other router lives: the address is here, and known to be, before it learns to drop its own")
                .containsExactly(
                        INSTALL_BESIDE,
                        ANNOUNCE,
                        ADVERT_100,
                        changed(BACKUP, ACTIVE, Reason.LOWER_PRIORITY_PREEMPTED, HIGH));
    }

    @Test
    @Tag("vrrp-case-7")
    void withoutPreemptionLowerAdvertisementsRestartTheTimer() {
        TestRouter router = v3().nopreempt().started();

        router.hearAt(3 * SECOND, HIGH, 1);

        assertThat(router.wakeNs()).isEqualTo(6_609_375_000L);
    }

    @Test
    @Tag("vrrp-case-8")
    void withoutPreemptionSilenceStillMeansTakingOver() {
        TestRouter router = v3().nopreempt().started();
        router.hearAt(0, HIGH, 1);

        assertThat(router.tickAt(3_609_375_000L)).contains(INSTALL);
    }

    @Test
    @Tag("vrrp-case-8")
    void withoutPreemptionAFaultThatClearsAndAReloadTakeNothingBack() {
        TestRouter router = v3().nopreempt().active();
        router.on(new Event.Fault("link-down", false));
        router.at(SECOND, new Event.Cleared("link-down"));
        router.hearAt(2 * SECOND, LOW, 50);
        router.at(3 * SECOND, new Event.Reconfigured(v3().nopreempt().config()));
        router.hearAt(4 * SECOND, LOW, 50);

        assertThat(router.state()).isEqualTo(BACKUP);
        assertThat(router.wakeNs()).isEqualTo(4 * SECOND + 3_609_375_000L);
    }

    @Test
    @Tag("vrrp-case-8")
    void equalPriorityNeverPreempts() {
        TestRouter router = v3().started();

        router.hearAt(3 * SECOND, LOW, 100);

        assertThat(router.wakeNs()).isEqualTo(6_609_375_000L);
    }

    @Test
    @Tag("vrrp-case-9")
    void anOwnerPreemptsWhateverItsConfigurationSays() {
        TestRouter owner = v3().priority(255).nopreempt().started();
        owner.at(0, new Event.Fault("link-down", false));
        owner.at(SECOND, new Event.Cleared("link-down"));

        assertThat(owner.state()).isEqualTo(ACTIVE);
    }

    @Test
    @Tag("vrrp-case-10")
    void preemptDelayRunsFromTheFirstLowerAdvertisement() {
        TestRouter router = v3().preemptDelayNs(10 * SECOND).started();

        router.hearAt(SECOND, HIGH, 50);
        for (int second = 2; second <= 10; second++) {
            assertThat(router.hearAt(second * SECOND, HIGH, 50)).isEmpty();
        }

        assertThat(router.wakeNs()).isEqualTo(11 * SECOND);
        assertThat(router.tickAt(11 * SECOND - 1)).isEmpty();
        assertThat(router.tickAt(11 * SECOND)).contains(changed(BACKUP, ACTIVE, Reason.LOWER_PRIORITY_PREEMPTED, HIGH));
    }

    @Test
    @Tag("vrrp-case-10")
    void preemptDelayStartsAnewAfterABetterRouterWasHeard() {
        TestRouter router = v3().preemptDelayNs(10 * SECOND).started();
        router.hearAt(SECOND, LOW, 50);
        router.hearAt(2 * SECOND, HIGH, 150);
        router.hearAt(3 * SECOND, LOW, 50);

        for (int second = 4; second < 13; second++) {
            assertThat(router.hearAt(second * SECOND, LOW, 50)).isEmpty();
        }
        assertThat(router.tickAt(13 * SECOND - 1)).isEmpty();
        assertThat(router.tickAt(13 * SECOND)).contains(INSTALL_BESIDE);
    }

    @Test
    void preemptDelayDoesNotDelayTakingOverFromADeadRouter() {
        TestRouter router = v3().preemptDelayNs(100 * SECOND).started();
        router.hearAt(SECOND, HIGH, 50);

        assertThat(router.tickAt(4_609_375_000L)).contains(changed(BACKUP, ACTIVE, Reason.DOWN_INTERVAL_EXPIRED, HIGH));
    }
}
