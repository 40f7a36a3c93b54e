// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import static io.tandem.vrrp.election.State.ACTIVE;
import static io.tandem.vrrp.election.State.BACKUP;
import static io.tandem.vrrp.election.State.FAULT;
import static io.tandem.vrrp.election.State.INITIALIZE;
import static io.tandem.vrrp.election.TestRouter.ADVERT_0;
import static io.tandem.vrrp.election.TestRouter.ADVERT_100;
import static io.tandem.vrrp.election.TestRouter.ANNOUNCE;
import static io.tandem.vrrp.election.TestRouter.HIGH;
import static io.tandem.vrrp.election.TestRouter.INSTALL;
import static io.tandem.vrrp.election.TestRouter.LOW;
import static io.tandem.vrrp.election.TestRouter.MS;
import static io.tandem.vrrp.election.TestRouter.REMOVE;
import static io.tandem.vrrp.election.TestRouter.SECOND;
import static io.tandem.vrrp.election.TestRouter.SELF;
import static io.tandem.vrrp.election.TestRouter.changed;
import static io.tandem.vrrp.election.TestRouter.faulted;
import static io.tandem.vrrp.election.TestRouter.v2;
import static io.tandem.vrrp.election.TestRouter.v3;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.vrrp.election.Action.SendAdvertisement;
import io.tandem.vrrp.election.Action.Warn;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Timers, faults, priorities and reloads of the election, as RFC 9568 and keepalived have them. */
class ElectionTest {
    @Test
    @Tag("vrrp-case-2")
    void backupTakesOverExactlyOneDownIntervalAfterTheLastAdvertisement() {
        TestRouter router = v3().started();
        router.hearAt(0, HIGH, 150);

        assertThat(router.tickAt(3_609_374_999L)).isEmpty();
        assertThat(router.tickAt(3_609_375_000L))
                .containsExactly(
                        ADVERT_100, INSTALL, ANNOUNCE, changed(BACKUP, ACTIVE, Reason.DOWN_INTERVAL_EXPIRED, HIGH));
    }

    @Test
    @Tag("vrrp-case-1")
    void ownerIsActiveAtOnceAndAnyoneElseListensFirst() {
        TestRouter owner = new TestRouter(v3().priority(255).config());

        assertThat(owner.on(new Event.Startup(SELF)))
                .containsExactly(
                        new SendAdvertisement(255), INSTALL, ANNOUNCE, changed(INITIALIZE, ACTIVE, Reason.OWNER));

        TestRouter other = new TestRouter(v3().priority(254).config());
        assertThat(other.on(new Event.Startup(SELF))).containsExactly(changed(INITIALIZE, BACKUP, Reason.STARTUP));
        assertThat(other.wakeNs()).isEqualTo(3 * SECOND + SECOND * 2 / 256);
    }

    @Test
    @Tag("vrrp-case-2")
    void version3WaitsByTheReceivedIntervalAndVersion2ByItsOwnWithSkewInSeconds() {
        TestRouter three = v3().started();
        three.at(0, new Event.Heard(HIGH, 150, 20 * MS));
        assertThat(three.wakeNs()).isEqualTo(3 * 20 * MS + 156 * 20 * MS / 256);

        TestRouter two = v2().intervalNs(2 * SECOND).started();
        two.at(0, new Event.Heard(HIGH, 150, 20 * MS));
        assertThat(two.wakeNs()).isEqualTo(6 * SECOND + 156 * SECOND / 256);
    }

    @Test
    @Tag("vrrp-case-3")
    void untilAnActiveRouterIsHeardTheOwnIntervalCounts() {
        assertThat(v3().intervalNs(100 * MS).started().wakeNs()).isEqualTo(300 * MS + 156 * 100 * MS / 256);
    }

    @Test
    @Tag("vrrp-case-36")
    void anIntervalOfZeroOnTheWireMeansTheOwnOne() {
        TestRouter router = v3().started();

        router.at(5, new Event.Heard(HIGH, 150, 0));

        assertThat(router.wakeNs()).isEqualTo(5 + 3 * SECOND + 156 * SECOND / 256);
    }

    @Test
    void downTimerAdvertsReplacesTheThree() {
        assertThat(v3().downAdverts(5).started().wakeNs()).isEqualTo(5 * SECOND + 156 * SECOND / 256);
    }

    @Test
    void advertisementsKeepAnAbsoluteSchedule() {
        TestRouter router = v3().active();

        assertThat(router.tickAt(SECOND - 1)).isEmpty();
        assertThat(router.tickAt(SECOND + 3 * MS)).containsExactly(ADVERT_100);
        assertThat(router.wakeNs()).isEqualTo(2 * SECOND);
    }

    @Test
    @Tag("vrrp-case-54")
    void timesMayWrapAround() {
        TestRouter router = new TestRouter(v3().config());
        long start = Long.MAX_VALUE - SECOND;
        router.at(start, new Event.Startup(SELF));

        assertThat(router.tickAt(start + 3_609_374_999L)).isEmpty();
        assertThat(router.tickAt(start + 3_609_375_000L)).contains(INSTALL);
    }

    @Test
    @Tag("vrrp-case-20")
    void faultWithAUsableLinkSaysPriorityZero() {
        assertThat(v3().active().on(new Event.Fault("script check", true)))
                .containsExactly(ADVERT_0, REMOVE, faulted(ACTIVE, "script check"));
        assertThat(v3().active().on(new Event.Fault("link-down", false)))
                .containsExactly(REMOVE, faulted(ACTIVE, "link-down"));
    }

    @Test
    @Tag("vrrp-case-20")
    void faultEndsOnlyWhenAllIsClear() {
        TestRouter router = v3().started();
        router.on(new Event.Fault("link-down", false));
        router.on(new Event.Fault("no-source-address", false));

        assertThat(router.at(SECOND, new Event.Cleared("link-down"))).isEmpty();
        assertThat(router.state()).isEqualTo(FAULT);
        assertThat(router.at(2 * SECOND, new Event.Cleared("no-source-address")))
                .containsExactly(changed(FAULT, BACKUP, Reason.FAULT_CLEARED));
        assertThat(router.wakeNs()).isEqualTo(5_609_375_000L);
    }

    @Test
    @Tag("vrrp-case-20")
    void inFaultNothingIsSentWhateverHappens() {
        TestRouter router = v3().started();
        router.on(new Event.Fault("link-down", false));

        assertThat(router.tickAt(100 * SECOND)).isEmpty();
        assertThat(router.hearAt(100 * SECOND, HIGH, 0)).isEmpty();
        assertThat(router.election.nextWakeNs(-1)).isEqualTo(-1);
    }

    @Test
    void startingWithAFaultGoesStraightToFault() {
        TestRouter router = new TestRouter(v3().config());
        router.on(new Event.Fault("link-down", false));

        assertThat(router.on(new Event.Startup(SELF))).hasSize(1);
        assertThat(router.state()).isEqualTo(FAULT);
    }

    @Test
    @Tag("vrrp-case-21")
    void priorityChangeWhileActiveIsInTheNextAdvertisement() {
        TestRouter router = v3().active();

        assertThat(router.on(new Event.PriorityChanged(80))).isEmpty();
        assertThat(router.tickAt(SECOND)).containsExactly(new SendAdvertisement(80));
    }

    @Test
    @Tag("vrrp-case-21")
    void priorityChangeWhileBackupMovesTheSkew() {
        TestRouter router = v3().started();
        router.on(new Event.PriorityChanged(200));

        assertThat(router.wakeNs()).isEqualTo(3 * SECOND + 56 * SECOND / 256);
    }

    @Test
    @Tag("vrrp-case-22")
    void effectivePriorityStaysWithin1And254AndAnOwnersNeverChanges() {
        TestRouter router = v3().active();
        router.on(new Event.PriorityChanged(-53));
        assertThat(router.election.priority()).isEqualTo(1);
        router.on(new Event.PriorityChanged(400));
        assertThat(router.election.priority()).isEqualTo(254);

        TestRouter owner = v3().priority(255).started();
        owner.on(new Event.PriorityChanged(100));
        assertThat(owner.election.priority()).isEqualTo(255);
    }

    @Test
    @Tag("vrrp-case-23")
    void ofTwoOwnersTheGreaterAddressStaysAndBothWarn() {
        TestRouter router = v3().priority(255).started();

        assertThat(router.hearAt(1, LOW, 255)).startsWith(new Warn(Warning.TWO_OWNERS, LOW));
        assertThat(router.state()).isEqualTo(ACTIVE);
        assertThat(router.hearAt(2, HIGH, 255))
                .containsExactly(
                        new Warn(Warning.TWO_OWNERS, HIGH),
                        REMOVE,
                        changed(ACTIVE, BACKUP, Reason.HIGHER_ADDRESS_HEARD, HIGH));
    }

    @Test
    @Tag("vrrp-case-24")
    void intervalChangeByReloadKeepsTheActiveRouterActive() {
        TestRouter router = v3().active();

        assertThat(router.at(
                        900 * MS,
                        new Event.Reconfigured(v3().intervalNs(100 * MS).config())))
                .as("peers learn the new interval within the old one")
                .containsExactly(ADVERT_100);
        assertThat(router.wakeNs()).isEqualTo(SECOND);
        assertThat(router.tickAt(SECOND)).containsExactly(ADVERT_100);
        assertThat(router.wakeNs()).isEqualTo(1_100 * MS);
    }

    @Test
    void reloadKeepsWhatTrackersTookFromThePriority() {
        TestRouter router = v3().active();
        router.on(new Event.PriorityChanged(80));

        router.on(new Event.Reconfigured(v3().priority(150).config()));

        assertThat(router.election.priority()).isEqualTo(130);
    }

    @Test
    @Tag("vrrp-case-29")
    void virtualRoutersOfBothFamiliesWithOneVridKnowNothingOfEachOther() {
        TestRouter four = v3().started();
        TestRouter six = v3().started();
        four.hearAt(0, HIGH, 200);

        assertThat(six.tickAt(3_609_375_000L)).contains(INSTALL);
        assertThat(four.state()).isEqualTo(BACKUP);
    }

    @Test
    void everyStateAnswersEveryEvent() {
        for (Event event : SampleEvents.ALL) {
            for (State state : State.values()) {
                TestRouter router = SampleEvents.in(state);
                router.on(event);
                assertThat(router.election.nextWakeNs(Long.MIN_VALUE) != Long.MIN_VALUE)
                        .as("%s in %s", event, state)
                        .isEqualTo(router.state() == ACTIVE || router.state() == BACKUP);
            }
        }
    }

    @Test
    void aTransitionIsLoggedWithItsReason() {
        assertThat(new StateChange(BACKUP, ACTIVE, Reason.DOWN_INTERVAL_EXPIRED, HIGH, null).facts())
                .isEqualTo("from=BACKUP to=ACTIVE reason=down-interval-expired peer=10.0.0.200");
        assertThat(new StateChange(ACTIVE, FAULT, Reason.FAULT, null, "link-down").facts())
                .isEqualTo("from=ACTIVE to=FAULT reason=fault cause=link-down");
    }
}
