// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SilenceDetectorTest {
    private static final long MS = 1_000_000L;
    private static final long S = 1000 * MS;
    private static final long T0 = 77 * S;

    private final SilenceDetector detector = new SilenceDetector();

    @Test
    void aQuietLanGetsWhatThePeerTellsOnceBothHaveSettled() {
        settled(25);

        assertThat(detector.silenceNs(T0 + 2 * S)).isEqualTo(250 * MS);
        assertThat(detector.silenceNs(T0 + 4 * S)).isEqualTo(25 * MS);
    }

    @Test
    void gapsSeenLatelyCountThreefoldUpToTheMost() {
        settled(25);
        detector.gap(40 * MS, T0 + 5 * S);
        assertThat(detector.silenceNs(T0 + 6 * S)).isEqualTo(120 * MS);
        detector.gap(200 * MS, T0 + 7 * S);
        assertThat(detector.silenceNs(T0 + 8 * S)).isEqualTo(250 * MS);
    }

    @Test
    void whatWasSeenIsForgottenAfterTwoWindows() {
        settled(25);
        detector.gap(40 * MS, T0 + 5 * S);
        assertThat(detector.silenceNs(T0 + 24 * S)).isEqualTo(120 * MS);
        assertThat(detector.silenceNs(T0 + 50 * S)).isEqualTo(25 * MS);
    }

    @Test
    void theStartTeachesNothing() {
        settled(25);
        detector.gap(200 * MS, T0 + S);
        assertThat(detector.silenceNs(T0 + 4 * S)).isEqualTo(25 * MS);
    }

    @Test
    void theFirstSecondOfALinkThatIsUpAgainTeachesNothingAndIsPatient() {
        settled(25);
        detector.gap(12 * MS, T0 + 9 * S);
        detector.resume(T0 + 10 * S);
        detector.gap(60 * MS, T0 + 10 * S + 500 * MS);

        assertThat(detector.silenceNs(T0 + 10 * S + 500 * MS)).isEqualTo(100 * MS);
        assertThat(detector.silenceNs(T0 + 11 * S)).isEqualTo(36 * MS);
        detector.gap(15 * MS, T0 + 12 * S);
        assertThat(detector.silenceNs(T0 + 12 * S)).isEqualTo(45 * MS);
    }

    @Test
    void aPeerThatGrantsItselfMoreGetsItAndNobodyGetsLessThanTwoHeartbeats() {
        settled(600);
        assertThat(detector.silenceNs(T0 + 4 * S)).isEqualTo(600 * MS);
        detector.told(0);
        assertThat(detector.silenceNs(T0 + 4 * S)).isEqualTo(2 * LivenessLinks.HEARTBEAT_NS);
    }

    private void settled(int toldMs) {
        detector.begin(T0);
        detector.told(toldMs * MS);
    }
}
