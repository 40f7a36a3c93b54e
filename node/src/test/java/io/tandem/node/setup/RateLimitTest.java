// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private final RateLimit limit = new RateLimit();

    private boolean happens(long nowNs) {
        if (limit.waitMs(nowNs) > 0) {
            return false;
        }
        limit.count(nowNs);
        return true;
    }

    @Test
    void withoutANumberNothingWaits() {
        for (int i = 0; i < 1000; i++) {
            assertThat(happens(0)).isTrue();
        }
    }

    @Test
    void soManyASecondAndNotOneMore() {
        limit.perSecond(10);
        for (int i = 0; i < 10; i++) {
            assertThat(happens(i)).isTrue();
        }

        assertThat(happens(500_000_000L)).isFalse();
        assertThat(limit.waitMs(500_000_000L)).isBetween(1, 502);
    }

    @Test
    void theSecondBeforeCountsByThePartThatIsStillWithinTheLastSecond() {
        limit.perSecond(10);
        for (int i = 0; i < 10; i++) {
            happens(0);
        }

        assertThat(happens(SECOND_NS)).isFalse();
        assertThat(happens(SECOND_NS + SECOND_NS / 2)).isTrue();
    }

    @Test
    void whoeverWaitsAsToldNeverExceedsTheRateOverTenSeconds() {
        limit.perSecond(7);
        long nowNs = 0;
        int count = 0;
        while (nowNs < 10 * SECOND_NS) {
            int wait = limit.waitMs(nowNs);
            if (wait == 0) {
                limit.count(nowNs);
                count++;
            }
            nowNs += wait * 1_000_000L;
        }

        assertThat(count).isBetween(60, 77);
    }
}
