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
import static io.tandem.vrrp.election.TestRouter.LOW;
import static io.tandem.vrrp.election.TestRouter.MS;
import static io.tandem.vrrp.election.TestRouter.REMOVE;
import static io.tandem.vrrp.election.TestRouter.SECOND;
import static io.tandem.vrrp.election.TestRouter.SELF;
import static io.tandem.vrrp.election.TestRouter.changed;
import static io.tandem.vrrp.election.TestRouter.v3;
import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.vrrp.election.Action.Warn;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the Active router makes of what it hears and of its own lateness, as RFC 9568 and keepalived have it. */
class ActiveElectionTest {
    @Test
    @Tag("vrrp-case-11")
    void activeHearingPriorityZeroAdvertisesAtOnceAndStays() {
        TestRouter router = v3().active();

        assertThat(router.hearAt(500 * MS, HIGH, 0)).containsExactly(ADVERT_100);
        assertThat(router.wakeNs()).isEqualTo(1_500 * MS);
        assertThat(router.state()).isEqualTo(ACTIVE);
    }

    @Test
    @Tag("vrrp-case-12")
    void activeHearingAHigherPriorityYieldsAndWaitsByTheSendersInterval() {
        TestRouter router = v3().active();

        assertThat(router.at(MS, new Event.Heard(LOW, 101, 10 * MS)))
                .containsExactly(REMOVE, changed(ACTIVE, BACKUP, Reason.HIGHER_PRIORITY_HEARD, LOW));
        assertThat(router.wakeNs()).isEqualTo(MS + 30 * MS + 156 * 10 * MS / 256);
    }

    @Test
    void oneThatAnswersAHigherPrioritySaysALastWordSoThatTheOtherAnnouncesAgain() {
        TestRouter router = v3().answersHigher().active();

        assertThat(router.hearAt(MS, LOW, 101))
                .containsExactly(ADVERT_100, REMOVE, changed(ACTIVE, BACKUP, Reason.HIGHER_PRIORITY_HEARD, LOW));
        assertThat(v3().answersHigher().active().hearAt(MS, HIGH, 100))
                .as("an equal one would not")
                .containsExactly(REMOVE, changed(ACTIVE, BACKUP, Reason.HIGHER_ADDRESS_HEARD, HIGH));
    }

    @Test
    void anOwnerThatIgnoresAdvertisementsStaysSilentAndActiveWhateverItHears() {
        TestRouter router = new TestRouter(v3().priority(255).ownerIgnores().config());
        router.on(new Event.Startup(SELF));

        assertThat(router.hearAt(MS, HIGH, 255)).isEmpty();
        assertThat(router.hearAt(MS, HIGH, 0)).isEmpty();
        assertThat(router.state()).isEqualTo(ACTIVE);
        assertThat(v3().ownerIgnores().active().hearAt(MS, LOW, 101))
                .as("nobody but an owner does")
                .contains(REMOVE);
    }

    @Test
    @Tag("vrrp-case-13")
    void amongEqualsTheGreaterUnsignedAddressWins() {
        TestRouter router = v3().active();
        assertThat(router.hearAt(1, LOW, 100)).doesNotContain(REMOVE);
        assertThat(router.hearAt(2, HIGH, 100))
                .containsExactly(REMOVE, changed(ACTIVE, BACKUP, Reason.HIGHER_ADDRESS_HEARD, HIGH));
    }

    @Test
    @Tag("vrrp-case-13")
    @Tag("vrrp-case-38")
    void anAdvertisementFromTheOwnAddressIsIgnoredWithAWarning() {
        TestRouter router = v3().active();

        assertThat(router.hearAt(1, SELF, 255)).containsExactly(new Warn(Warning.OWN_ADDRESS_HEARD, SELF));
        assertThat(router.state()).isEqualTo(ACTIVE);
    }

    @Test
    @Tag("vrrp-case-14")
    void activeAnswersALowerAdvertisementAndTeachesTheLanAgain() {
        TestRouter router = v3().active();

        assertThat(router.hearAt(1, HIGH, 99))
                .containsExactly(new Warn(Warning.SECOND_ACTIVE, HIGH), ADVERT_100, ANNOUNCE);
    }

    @Test
    @Tag("vrrp-case-14")
    void activeStaysSilentToLowerAdvertisementsWhereToldSo() {
        TestRouter router = v3().silentToLower().active();

        assertThat(router.hearAt(1, HIGH, 99)).containsExactly(new Warn(Warning.SECOND_ACTIVE, HIGH));
    }

    @Test
    void aFloodOfLowerAdvertisementsGetsTenAnswersAnInterval() {
        TestRouter router = v3().active();
        long answers = 0;
        for (int i = 0; i < 1_000; i++) {
            answers += router.hearAt(i * MS, HIGH, 99).stream()
                    .filter(ADVERT_100::equals)
                    .count();
        }

        assertThat(answers).isEqualTo(10);
    }

    @Test
    @Tag("vrrp-case-15")
    void shutdownSaysPriorityZeroBeforeTheAddressGoesAndABackupSaysNothing() {
        TestRouter router = v3().active();
        assertThat(router.on(new Event.Shutdown()))
                .containsExactly(ADVERT_0, REMOVE, changed(ACTIVE, INITIALIZE, Reason.SHUTDOWN));
        assertThat(router.election.nextWakeNs(-1)).isEqualTo(-1);

        assertThat(v3().started().on(new Event.Shutdown()))
                .containsExactly(changed(BACKUP, INITIALIZE, Reason.SHUTDOWN));
    }

    @Test
    @Tag("vrrp-case-16")
    void aShortPauseMakesNeitherABurstNorADoubleExpiry() {
        TestRouter router = v3().active();

        assertThat(router.tickAt(2_900 * MS)).containsExactly(ADVERT_100);
        assertThat(router.wakeNs()).isEqualTo(3_900 * MS);
        assertThat(router.tickAt(2_900 * MS)).isEmpty();
    }

    @Test
    @Tag("vrrp-case-16")
    void activeThatSleptLongerThanItsPeersWaitGivesWayInSilence() {
        TestRouter router = v3().active();

        assertThat(router.tickAt(4 * SECOND)).containsExactly(REMOVE, changed(ACTIVE, BACKUP, Reason.LATE));
        assertThat(router.wakeNs()).isEqualTo(5 * SECOND + 156 * SECOND / 256);
        assertThat(router.tickAt(router.wakeNs())).contains(INSTALL);
    }

    @Test
    void activeThatSleptFollowsWhomItHearsFirst() {
        TestRouter router = v3().active();

        assertThat(router.hearAt(10 * SECOND, LOW, 100)).containsExactly(REMOVE, changed(ACTIVE, BACKUP, Reason.LATE));
        assertThat(router.wakeNs()).isEqualTo(13_609_375_000L);
    }

    @Test
    void toldThatItSleptItGivesWayToo() {
        assertThat(v3().active().at(MS, new Event.Late()))
                .containsExactly(REMOVE, changed(ACTIVE, BACKUP, Reason.LATE));
    }

    @Test
    void backupThatSleptHearsOneIntervalBeforeItBelievesTheSilence() {
        TestRouter router = v3().started();
        router.hearAt(0, HIGH, 150);

        assertThat(router.tickAt(60 * SECOND)).isEmpty();
        assertThat(router.wakeNs()).isEqualTo(61 * SECOND + 156 * SECOND / 256);
        assertThat(router.tickAt(90 * SECOND)).as("but only once").contains(INSTALL);
    }
}
