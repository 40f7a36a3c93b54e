// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import static io.tandem.vrrp.election.State.ACTIVE;
import static io.tandem.vrrp.election.State.BACKUP;
import static io.tandem.vrrp.election.State.FAULT;
import static io.tandem.vrrp.election.State.INITIALIZE;
import static io.tandem.vrrp.election.TestRouter.HIGH;
import static io.tandem.vrrp.election.TestRouter.REMOVE;
import static io.tandem.vrrp.election.TestRouter.SECOND;
import static io.tandem.vrrp.election.TestRouter.changed;
import static io.tandem.vrrp.election.TestRouter.v3;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.vrrp.election.Action.AskPeerToTake;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A sync group moves together. */
@Tag("vrrp-case-19")
class SyncGroupTest {
    @Test
    void whoBecomesActiveTakesTheOthersAlongAndWhoStepsDownToo() {
        assertThat(SyncGroup.follow(change(BACKUP, ACTIVE, Reason.DOWN_INTERVAL_EXPIRED)))
                .isEqualTo(new Event.GroupMoved(ACTIVE));
        assertThat(SyncGroup.follow(change(ACTIVE, BACKUP, Reason.HIGHER_PRIORITY_HEARD)))
                .isEqualTo(new Event.GroupMoved(BACKUP));
    }

    @Test
    void whoHandsOverMakesTheOthersHandOverRatherThanDrop() {
        assertThat(SyncGroup.follow(change(ACTIVE, BACKUP, Reason.HANDED_OVER))).isEqualTo(new Event.HandOver(false));

        TestRouter other = v3().active();
        other.on(new Event.PeerSeen(HIGH, 90));
        assertThat(other.on(new Event.HandOver(false))).containsExactly(new AskPeerToTake(HIGH));
        assertThat(other.on(new Event.HandOver(true))).as("asked already").isEmpty();
        assertThat(other.on(new Event.PeerTook(HIGH)))
                .as("to stop was the stronger wish")
                .containsExactly(REMOVE, changed(ACTIVE, INITIALIZE, Reason.HANDED_OVER, HIGH));
    }

    @Test
    void whoFollowedLeadsNobody() {
        assertThat(SyncGroup.follow(change(BACKUP, ACTIVE, Reason.SYNC_GROUP))).isNull();
        assertThat(SyncGroup.follow(change(ACTIVE, BACKUP, Reason.SYNC_GROUP))).isNull();
    }

    @Test
    void aMemberThatSleptMakesTheOthersStepBackInSilence() {
        assertThat(SyncGroup.follow(change(ACTIVE, BACKUP, Reason.LATE))).isEqualTo(new Event.Late());
    }

    @Test
    void aMemberThatStopsOrStartsToListenMovesNobody() {
        assertThat(SyncGroup.follow(change(ACTIVE, INITIALIZE, Reason.SHUTDOWN)))
                .as("a reload that removes one of them")
                .isNull();
        assertThat(SyncGroup.follow(change(INITIALIZE, BACKUP, Reason.STARTUP))).isNull();
        assertThat(SyncGroup.follow(change(FAULT, BACKUP, Reason.FAULT_CLEARED)))
                .isNull();
    }

    @Test
    void aFaultIsEverybodysAndGoesNoFurther() {
        Event fault = SyncGroup.follow("VI_1", new Event.Fault("link-down", false));
        assertThat(fault).isEqualTo(new Event.Fault("sync-group VI_1 link-down", true));
        assertThat(SyncGroup.follow("VI_2", java.util.Objects.requireNonNull(fault)))
                .isNull();
        assertThat(SyncGroup.follow("VI_1", new Event.Cleared("link-down")))
                .isEqualTo(new Event.Cleared("sync-group VI_1 link-down"));
        assertThat(SyncGroup.follow("VI_2", new Event.Cleared("sync-group VI_1 link-down")))
                .isNull();
        assertThat(SyncGroup.follow("VI_1", new Event.Late())).isNull();
    }

    @Test
    void aMemberThatFollowsItsGroupDownIsSilentAndListens() {
        TestRouter member = v3().active();

        assertThat(member.at(SECOND / 2, new Event.GroupMoved(BACKUP)))
                .containsExactly(REMOVE, changed(ACTIVE, BACKUP, Reason.SYNC_GROUP));
        assertThat(member.wakeNs()).isEqualTo(SECOND / 2 + 3_609_375_000L);
    }

    private static StateChange change(State from, State to, Reason reason) {
        return new StateChange(from, to, reason, null, null);
    }
}
