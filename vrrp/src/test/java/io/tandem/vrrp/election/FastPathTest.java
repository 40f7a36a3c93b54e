// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import static io.tandem.vrrp.election.State.ACTIVE;
import static io.tandem.vrrp.election.State.BACKUP;
import static io.tandem.vrrp.election.State.INITIALIZE;
import static io.tandem.vrrp.election.TestRouter.ADVERT_0;
import static io.tandem.vrrp.election.TestRouter.ADVERT_100;
import static io.tandem.vrrp.election.TestRouter.ANNOUNCE;
import static io.tandem.vrrp.election.TestRouter.HIGH;
import static io.tandem.vrrp.election.TestRouter.INSTALL;
import static io.tandem.vrrp.election.TestRouter.INSTALL_BESIDE;
import static io.tandem.vrrp.election.TestRouter.LOW;
import static io.tandem.vrrp.election.TestRouter.MS;
import static io.tandem.vrrp.election.TestRouter.REMOVE;
import static io.tandem.vrrp.election.TestRouter.SECOND;
import static io.tandem.vrrp.election.TestRouter.changed;
import static io.tandem.vrrp.election.TestRouter.faulted;
import static io.tandem.vrrp.election.TestRouter.v3;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.vrrp.election.Action.AskPeerToTake;
import io.tandem.vrrp.election.Action.TellPeerRefused;
import io.tandem.vrrp.election.Action.TellPeerTaken;
import io.tandem.vrrp.election.Action.Warn;
import org.junit.jupiter.api.Test;

/** What the liveness link adds to the election. */
class FastPathTest {
    @Test
    void theDeathOfTheActivePeerIsTakenOverAtOnce() {
        TestRouter router = backupOf(HIGH);

        assertThat(router.at(500 * MS, new Event.PeerGone(HIGH)))
                .containsExactly(ADVERT_100, INSTALL, ANNOUNCE, changed(BACKUP, ACTIVE, Reason.PEER_GONE, HIGH));
    }

    @Test
    void theDeathOfAnotherPeerChangesNothing() {
        TestRouter router = backupOf(HIGH);
        router.on(new Event.PeerSeen(LOW, 90));

        assertThat(router.at(500 * MS, new Event.PeerGone(LOW))).isEmpty();
        assertThat(router.wakeNs()).isEqualTo(3_609_375_000L);
    }

    @Test
    void aPeerThatSaidFarewellIsNotDead() {
        TestRouter router = backupOf(HIGH);

        assertThat(router.at(500 * MS, new Event.PeerLeft(HIGH))).isEmpty();
        assertThat(router.state()).isEqualTo(BACKUP);
    }

    @Test
    void theBestSurvivorTakesOverAndTheOthersWaitForTheirSkew() {
        TestRouter router = backupOf(HIGH);
        router.on(new Event.PeerSeen(LOW, 120));

        assertThat(router.at(500 * MS, new Event.PeerGone(HIGH))).isEmpty();
        assertThat(router.wakeNs()).isEqualTo(500 * MS + 156 * SECOND / 256);
        assertThat(router.tickAt(router.wakeNs())).endsWith(changed(BACKUP, ACTIVE, Reason.PEER_GONE, HIGH));
    }

    @Test
    void aPeerThatCouldNotTakeOverIsNotWaitedFor() {
        TestRouter router = backupOf(HIGH);
        router.on(new Event.PeerSeen(LOW, 0));

        assertThat(router.at(500 * MS, new Event.PeerGone(HIGH))).contains(INSTALL);
    }

    @Test
    void aPeerThatLivesAfterAllDecidesByItsAdvertisement() {
        TestRouter router = backupOf(HIGH);
        router.at(500 * MS, new Event.PeerGone(HIGH));

        assertThat(router.hearAt(SECOND, HIGH, 150))
                .as("the other one hears our advertisement, and leads the clients that have learnt ours back")
                .containsExactly(ADVERT_100, REMOVE, changed(ACTIVE, BACKUP, Reason.HIGHER_PRIORITY_HEARD, HIGH));
    }

    @Test
    void priorityZeroOfAPeerNeedsNoSkewWhereNobodyBetterWaits() {
        TestRouter router = backupOf(HIGH);
        assertThat(router.hearAt(500 * MS, HIGH, 0)).contains(INSTALL);

        TestRouter second = backupOf(HIGH);
        second.on(new Event.PeerSeen(LOW, 120));
        assertThat(second.hearAt(500 * MS, HIGH, 0)).isEmpty();
    }

    @Test
    void askedToTakeItHasTheAddressBeforeThePeerMayDropIt() {
        TestRouter router = backupOf(HIGH);

        assertThat(router.at(500 * MS, new Event.PeerReleasing(HIGH)))
                .containsExactly(
                        INSTALL_BESIDE,
                        ANNOUNCE,
                        ADVERT_100,
                        new TellPeerTaken(HIGH),
                        changed(BACKUP, ACTIVE, Reason.PEER_RELEASING, HIGH));
    }

    @Test
    void advertisementsThatCrossedTheHandOverDoNotUndoIt() {
        TestRouter router = backupOf(HIGH);
        router.at(500 * MS, new Event.PeerReleasing(HIGH));

        assertThat(router.hearAt(501 * MS, HIGH, 150)).isEmpty();
        assertThat(router.state()).isEqualTo(ACTIVE);
        assertThat(router.hearAt(1_001 * MS, HIGH, 150))
                .as("a peer that goes on advertising is Active")
                .contains(REMOVE);
    }

    @Test
    void askedAgainItAnswersAgain() {
        assertThat(v3().active().on(new Event.PeerReleasing(HIGH))).containsExactly(new TellPeerTaken(HIGH));
    }

    @Test
    void inFaultItRefuses() {
        TestRouter router = v3().started();
        router.on(new Event.Fault("link-down", false));

        assertThat(router.on(new Event.PeerReleasing(HIGH))).containsExactly(new TellPeerRefused(HIGH));
    }

    @Test
    void handingOverKeepsTheAddressUntilThePeerHasIt() {
        TestRouter router = v3().active();
        router.on(new Event.PeerSeen(LOW, 90));
        router.on(new Event.PeerSeen(HIGH, 95));

        assertThat(router.on(new Event.HandOver(true))).containsExactly(new AskPeerToTake(HIGH));
        assertThat(router.state()).isEqualTo(ACTIVE);
        assertThat(router.election.isHandingOver()).isTrue();
        assertThat(router.at(MS, new Event.PeerTook(LOW)))
                .as("not the one asked")
                .isEmpty();
        assertThat(router.at(2 * MS, new Event.PeerTook(HIGH)))
                .containsExactly(REMOVE, changed(ACTIVE, INITIALIZE, Reason.HANDED_OVER, HIGH));
    }

    @Test
    void thePeersAdvertisementTellsThatItTook() {
        TestRouter router = handingOver(false);

        assertThat(router.hearAt(MS, HIGH, 95))
                .containsExactly(REMOVE, changed(ACTIVE, BACKUP, Reason.HANDED_OVER, HIGH));
    }

    @Test
    void havingHandedOverItDoesNotPreemptUntilToldToRejoin() {
        TestRouter router = handingOver(false);
        router.at(MS, new Event.PeerTook(HIGH));

        router.hearAt(SECOND, HIGH, 95);
        assertThat(router.wakeNs()).as("accepted though lower").isEqualTo(4_609_375_000L);
        router.at(2 * SECOND, new Event.Rejoin());
        router.hearAt(3 * SECOND, HIGH, 95);
        assertThat(router.wakeNs()).as("discarded again").isEqualTo(4_609_375_000L);
    }

    @Test
    void havingHandedOverItStillTakesOverWhenThePeerDies() {
        TestRouter router = handingOver(false);
        router.at(MS, new Event.PeerTook(HIGH));

        assertThat(router.at(2 * MS, new Event.PeerGone(HIGH))).contains(INSTALL);
    }

    @Test
    void anUnansweredHandOverBeforeStoppingFallsBackToPriorityZero() {
        TestRouter router = handingOver(true);

        assertThat(router.wakeNs()).isEqualTo(Election.HAND_OVER_TIMEOUT_NS);
        assertThat(router.tickAt(Election.HAND_OVER_TIMEOUT_NS))
                .containsExactly(ADVERT_0, REMOVE, changed(ACTIVE, INITIALIZE, Reason.HAND_OVER_UNANSWERED, HIGH));
    }

    @Test
    void aPeerThatTookLateGetsTheAddressesForTwoMustNotServe() {
        TestRouter router = handingOver(false);
        assertThat(router.tickAt(Election.HAND_OVER_TIMEOUT_NS)).contains(new Warn(Warning.HAND_OVER_FAILED, HIGH));

        assertThat(router.at(700 * MS, new Event.PeerTook(LOW)))
                .as("never asked")
                .isEmpty();
        assertThat(router.at(800 * MS, new Event.PeerTook(HIGH)))
                .containsExactly(REMOVE, changed(ACTIVE, BACKUP, Reason.HANDED_OVER, HIGH));
    }

    @Test
    void aPeerThatRefusedOrWasSupersededTakesNothing() {
        TestRouter refused = handingOver(false);
        refused.at(MS, new Event.PeerRefused(HIGH));
        assertThat(refused.at(2 * MS, new Event.PeerTook(HIGH))).isEmpty();

        TestRouter another = handingOver(false);
        another.tickAt(Election.HAND_OVER_TIMEOUT_NS);
        another.at(600 * MS, new Event.Yield(LOW));
        assertThat(another.at(601 * MS, new Event.PeerTook(HIGH))).isEmpty();
    }

    @Test
    void aRefusedHandOverWithoutStoppingLeavesItActive() {
        TestRouter router = handingOver(false);

        assertThat(router.at(MS, new Event.PeerRefused(HIGH)))
                .containsExactly(new Warn(Warning.HAND_OVER_FAILED, HIGH));
        assertThat(router.state()).isEqualTo(ACTIVE);
        assertThat(router.tickAt(SECOND)).containsExactly(ADVERT_100);
    }

    @Test
    void withoutPeersHandingOverIsTheStandardWay() {
        assertThat(v3().active().on(new Event.HandOver(true)))
                .containsExactly(ADVERT_0, REMOVE, changed(ACTIVE, INITIALIZE, Reason.SHUTDOWN));
        assertThat(v3().active().on(new Event.HandOver(false)))
                .containsExactly(ADVERT_0, REMOVE, changed(ACTIVE, BACKUP, Reason.HANDED_OVER));
    }

    @Test
    void handingOverWhileBackupStopsOrHolds() {
        assertThat(v3().started().on(new Event.HandOver(true)))
                .containsExactly(changed(BACKUP, INITIALIZE, Reason.SHUTDOWN));
        assertThat(v3().started().on(new Event.HandOver(false))).isEmpty();
    }

    @Test
    void advertisingGoesOnWhileHandingOver() {
        TestRouter router = v3().intervalNs(10 * MS).active();
        router.on(new Event.PeerSeen(HIGH, 95));
        router.on(new Event.HandOver(true));

        assertThat(router.tickAt(10 * MS)).containsExactly(ADVERT_100);
    }

    @Test
    void aFaultTellsThePeerByTheOtherPath() {
        TestRouter router = v3().active();
        router.on(new Event.PeerSeen(HIGH, 95));

        assertThat(router.on(new Event.Fault("link-down", false)))
                .containsExactly(REMOVE, new AskPeerToTake(HIGH), faulted(ACTIVE, "link-down"));
    }

    @Test
    void aSyncGroupTakesItsRoutersAlong() {
        assertThat(v3().started().on(new Event.GroupMoved(ACTIVE)))
                .containsExactly(ADVERT_100, INSTALL, ANNOUNCE, changed(BACKUP, ACTIVE, Reason.SYNC_GROUP));
        assertThat(v3().active().on(new Event.GroupMoved(BACKUP)))
                .containsExactly(REMOVE, changed(ACTIVE, BACKUP, Reason.SYNC_GROUP));
    }

    /** Hears a router of priority 150 at time zero, which has a liveness link to us. */
    private static TestRouter backupOf(java.net.InetAddress active) {
        TestRouter router = v3().started();
        router.on(new Event.PeerSeen(active, 150));
        router.hearAt(0, active, 150);
        return router;
    }

    private static TestRouter handingOver(boolean thenStop) {
        TestRouter router = v3().active();
        router.on(new Event.PeerSeen(HIGH, 95));
        router.on(new Event.HandOver(thenStop));
        return router;
    }
}
