// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FloodWatchTest {
    private static final long SECOND = 1_000_000_000L;

    private final FloodWatch watch = new FloodWatch();
    private long nowNs = Long.MAX_VALUE - SECOND; // the clock may wrap around

    @Test
    void straysAreNoFloodHoweverLongTheyCome() {
        for (int i = 0; i < 100_000; i++) {
            bad(1, SECOND / 900);
        }
        assertThat(watch.isFlooded()).isFalse();
    }

    @Test
    void aThousandASecondAreOneUntilFiveSecondsWereQuiet() {
        bad(FloodWatch.FLOOD, 1);
        assertThat(watch.isFlooded()).isTrue();
        for (int second = 0; second < 60; second++) {
            // What the kernel lets through of a hundred thousand.
            bad(780, SECOND / 780);
            assertThat(watch.isFlooded()).isTrue();
        }

        for (int second = 0; second <= FloodWatch.QUIET_SECONDS; second++) {
            assertThat(watch.isFlooded()).as("second %d", second).isTrue();
            bad(FloodWatch.QUIET_SAMPLES - 1, 1);
            nowNs += SECOND;
            watch.onTime(nowNs);
        }
        assertThat(watch.isFlooded()).isFalse();
    }

    private void bad(int count, long apartNs) {
        for (int i = 0; i < count; i++) {
            nowNs += apartNs;
            watch.onBad(nowNs);
        }
    }
}
