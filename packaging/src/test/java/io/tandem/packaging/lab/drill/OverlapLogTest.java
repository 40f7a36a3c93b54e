// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OverlapLogTest {
    private final OverlapLog log = new OverlapLog();

    @Test
    void oneHolderOrNoneIsNoOverlap() {
        log.sample(0, 1);
        log.sample(10, 0);
        log.sample(20, 1);
        assertThat(log.longestNs()).isZero();
        assertThat(log.samples()).isEqualTo(3);
    }

    @Test
    void theLongestOverlapCountsUpToTheSampleThatShowsItsEnd() {
        log.sample(0, 1);
        log.sample(10, 3);
        log.sample(20, 7);
        log.sample(35, 1);
        log.sample(40, 3);
        log.sample(45, 1);
        assertThat(log.longestNs()).isEqualTo(25);
    }

    @Test
    void anOverlapThatGoesOnCountsUntilNow() {
        log.sample(0, 3);
        log.sample(50, 3);
        assertThat(log.longestNs()).isEqualTo(50);
    }

    @Test
    void whereTheAddressMovedDuringALongPauseThePauseCounts() {
        log.sample(0, 1);
        log.sample(30_000_000, 2);
        log.sample(31_000_000, 2);
        log.sample(32_000_000, 0);
        log.sample(90_000_000, 1);
        assertThat(log.longestNs()).isEqualTo(30_000_000);
    }

    @Test
    void theLongestPauseTellsWhatMayHaveBeenOverlooked() {
        log.sample(0, 1);
        log.sample(10, 1);
        log.sample(70, 1);
        log.sample(80, 1);
        assertThat(log.longestPauseNs()).isEqualTo(60);
    }
}
