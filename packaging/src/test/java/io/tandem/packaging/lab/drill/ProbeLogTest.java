// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProbeLogTest {
    private static final long MS = 1_000_000;

    private final ProbeLog log = new ProbeLog();

    @Test
    void theGapIsBetweenTheSendTimesOfSuccessiveAnsweredProbes() {
        probes(0, 10, true);
        probes(10, 50, false);
        probes(50, 60, true);
        assertThat(log.longestGapNs(9 * MS, 60 * MS)).isEqualTo(41 * MS);
    }

    @Test
    void withoutAnyLossTheGapIsTheIntervalOfTheProbes() {
        probes(0, 100, true);
        assertThat(log.longestGapNs(0, 100 * MS)).isEqualTo(MS);
    }

    @Test
    void aPauseOfTheProberIsNoOutageUnlessAProbeWasLostInIt() {
        probes(0, 10, true);
        probes(30, 40, true);
        assertThat(log.longestGapNs(0, 40 * MS)).isEqualTo(MS);

        probes(40, 41, false);
        probes(60, 61, true);
        assertThat(log.longestGapNs(0, 70 * MS)).isEqualTo(21 * MS);
    }

    @Test
    void aFaultRightAfterTheLastAnswerIsMeasuredFromThatAnswer() {
        probes(0, 10, true);
        probes(10, 30, false);
        probes(30, 31, true);
        assertThat(log.longestGapNs(10 * MS, 40 * MS)).isEqualTo(21 * MS);
    }

    @Test
    void gapsThatEndedBeforeTheFaultDoNotCount() {
        probes(0, 1, true);
        probes(1, 500, false);
        probes(500, 600, true);
        assertThat(log.longestGapNs(550 * MS, 600 * MS)).isEqualTo(MS);
    }

    @Test
    void probesWhoseTimeIsNotOverDoNotCount() {
        probes(0, 10, true);
        probes(10, 20, false);
        assertThat(log.longestGapNs(0, 10 * MS)).isEqualTo(MS);
    }

    @Test
    void withFewerThanTwoAnswersThereIsNothingToMeasure() {
        probes(0, 10, false);
        probes(10, 11, true);
        assertThat(log.longestGapNs(0, 20 * MS)).isEqualTo(-1);
    }

    @Test
    void aRowOfAnswersEndsAtTheFirstProbeThatCanNoLongerBeAnswered() {
        probes(0, 10, true);
        probes(10, 11, false);
        probes(11, 20, true);
        probes(20, 22, false);
        long nowNs = 22 * MS;
        assertThat(log.answeredInARow(nowNs, 5 * MS)).isEqualTo(9);
        assertThat(log.answeredInARow(nowNs, MS)).isZero();
        assertThat(log.answeredInARowSince(15 * MS, nowNs, 5 * MS)).isEqualTo(4);
    }

    @Test
    void moreProbesThanAnyoneExpectedAreKept() {
        probes(0, 40_000, true);
        assertThat(log.longestGapNs(0, 40_000 * MS)).isEqualTo(MS);
        assertThat(log.answeredInARow(40_000 * MS, MS)).isEqualTo(40_000);
    }

    private void probes(int fromMs, int toMs, boolean answered) {
        for (int ms = fromMs; ms < toMs; ms++) {
            int number = log.sent(ms * MS);
            if (answered) {
                log.answered(number);
            }
        }
    }
}
