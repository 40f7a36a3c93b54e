// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import static io.tandem.vrrp.election.State.ACTIVE;
import static io.tandem.vrrp.election.State.BACKUP;
import static io.tandem.vrrp.election.TestRouter.HIGH;
import static io.tandem.vrrp.election.TestRouter.INSTALL;
import static io.tandem.vrrp.election.TestRouter.LOW;
import static io.tandem.vrrp.election.TestRouter.SECOND;
import static io.tandem.vrrp.election.TestRouter.SELF;
import static io.tandem.vrrp.election.TestRouter.changed;
import static io.tandem.vrrp.election.TestRouter.v3;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What keeps a router from preempting: nopreempt, a hand-over, and that it is not ready. */
class PreemptionTest {
    private static final Event NOT_READY = new Event.HoldPreemption();
    private static final Event READY = new Event.Rejoin();
    private static final long DOWN = 3_609_375_000L;

    @Test
    void aRouterThatIsNotReadyLeavesALowerOneAlone() {
        TestRouter router = v3().started();
        router.on(NOT_READY);
        for (int second = 1; second < 60; second++) {
            assertThat(router.hearAt(second * SECOND, HIGH, 50)).isEmpty();
            assertThat(router.tickAt(second * SECOND + SECOND / 2)).isEmpty();
        }

        router.at(60 * SECOND, READY);
        router.hearAt(60 * SECOND, HIGH, 50);
        assertThat(router.tickAt(59 * SECOND + DOWN))
                .contains(changed(BACKUP, ACTIVE, Reason.LOWER_PRIORITY_PREEMPTED, HIGH));
    }

    @Test
    void aRouterThatIsNotReadyStillFollowsADeadOne() {
        TestRouter router = v3().started();
        router.on(NOT_READY);
        router.hearAt(0, HIGH, 50);

        assertThat(router.tickAt(DOWN)).contains(INSTALL);
    }

    @Test
    void aRouterThatIsNotReadyStaysSoThoughItHadToServeMeanwhile() {
        TestRouter router = v3().started();
        router.on(NOT_READY);
        router.tickAt(DOWN);
        assertThat(router.state()).isEqualTo(ACTIVE);
        router.hearAt(5 * SECOND, HIGH, 150);
        for (int second = 6; second < 60; second++) {
            assertThat(router.hearAt(second * SECOND, HIGH, 50)).isEmpty();
        }
    }

    @Test
    void aPreemptionUnderWayIsHeldWhenReadinessIsLost() {
        TestRouter router = v3().started();
        router.hearAt(3 * SECOND, HIGH, 50);

        router.at(3 * SECOND + 1, NOT_READY);

        assertThat(router.tickAt(DOWN))
                .as("the lower one was heard a moment ago")
                .isEmpty();
        assertThat(router.wakeNs()).isEqualTo(3 * SECOND + 1 + DOWN);
    }

    @Test
    void theDelayOfPreemptionRunsWhileARouterGetsReady() {
        TestRouter router = v3().preemptDelayNs(10 * SECOND).started();
        router.on(NOT_READY);
        for (int second = 1; second <= 20; second++) {
            assertThat(router.hearAt(second * SECOND, HIGH, 50)).isEmpty();
        }

        assertThat(router.at(20 * SECOND + 1, READY))
                .contains(changed(BACKUP, ACTIVE, Reason.LOWER_PRIORITY_PREEMPTED, HIGH));
    }

    @Test
    void anOwnerThatIsNotReadyWaitsToo() {
        TestRouter owner = new TestRouter(v3().priority(255).config());
        owner.on(NOT_READY);
        owner.on(new Event.Startup(SELF));
        assertThat(owner.state()).isEqualTo(BACKUP);

        assertThat(owner.at(SECOND, READY)).contains(changed(BACKUP, ACTIVE, Reason.OWNER));
    }

    @Test
    void aPeerThatCannotServeAnyMoreIsFollowedAtOnce() {
        TestRouter router = v3().started();
        router.on(new Event.PeerSeen(HIGH, 150));
        router.hearAt(0, HIGH, 150);
        router.on(NOT_READY);

        assertThat(router.at(SECOND, new Event.PeerSeen(HIGH, 0)))
                .as("its link is down: it told us so by the other path")
                .contains(changed(BACKUP, ACTIVE, Reason.PEER_STOPPED, HIGH));
    }

    @Test
    void aPeerThatCannotServeAnyMoreIsFollowedByOthersThanTheBestAfterTheirSkew() {
        TestRouter router = v3().started();
        router.on(new Event.PeerSeen(HIGH, 150));
        router.on(new Event.PeerSeen(LOW, 120));
        router.hearAt(0, HIGH, 150);

        assertThat(router.at(SECOND, new Event.PeerSeen(HIGH, 0))).isEmpty();
        assertThat(router.wakeNs()).isEqualTo(SECOND + 156 * SECOND / 256);
    }

    @Test
    @Tag("vrrp-case-8")
    void nopreemptIsStrictAlsoAfterAReloadThatTurnsItOnInTheMiddleOfAPreemption() {
        TestRouter router = v3().started();
        router.hearAt(3 * SECOND, HIGH, 50);

        router.at(3 * SECOND + 1, new Event.Reconfigured(v3().nopreempt().config()));

        assertThat(router.tickAt(DOWN)).isEmpty();
        assertThat(router.state()).isEqualTo(BACKUP);
    }

    @Test
    @Tag("vrrp-case-8")
    void nopreemptEndsTheDelayOfAPreemption() {
        TestRouter router = v3().preemptDelayNs(10 * SECOND).started();
        for (int second = 1; second <= 8; second++) {
            router.hearAt(second * SECOND, HIGH, 50);
        }
        router.at(
                8 * SECOND,
                new Event.Reconfigured(
                        v3().preemptDelayNs(10 * SECOND).nopreempt().config()));
        router.hearAt(9 * SECOND, HIGH, 50);
        router.hearAt(11 * SECOND, HIGH, 50);

        assertThat(router.tickAt(12 * SECOND)).isEmpty();
    }

    @Test
    void aHandOverInTheMiddleOfADelayedPreemptionHoldsIt() {
        TestRouter router = v3().preemptDelayNs(10 * SECOND).started();
        for (int second = 1; second <= 8; second++) {
            router.hearAt(second * SECOND, HIGH, 50);
        }
        router.on(new Event.HandOver(false));
        router.hearAt(9 * SECOND, HIGH, 50);
        router.hearAt(11 * SECOND, HIGH, 50);

        assertThat(router.tickAt(12 * SECOND)).isEmpty();
    }

    @Test
    void aStormOfReloadsDoesNotKeepABackupFromTakingOver() {
        TestRouter router = v3().started();
        router.hearAt(0, HIGH, 150);
        for (long at = SECOND / 10; at < DOWN; at += SECOND / 10) {
            router.at(at, new Event.Reconfigured(v3().config()));
        }

        assertThat(router.tickAt(DOWN)).contains(INSTALL);
    }

    @Test
    void aReloadThatChangesThePriorityMovesTheSkewOnly() {
        TestRouter router = v3().started();
        router.hearAt(0, HIGH, 250);

        router.at(SECOND, new Event.Reconfigured(v3().priority(200).config()));

        assertThat(router.wakeNs()).isEqualTo(3 * SECOND + 56 * SECOND / 256);
    }
}
