// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.bandwidth;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** What a sliding period lets pass, and when it lets pass more. */
class RateWindowTest {
    private static final long PERIOD_NS = 1_000_000_000L;
    private static final long LIMIT = 1000;

    private final RateWindow window = new RateWindow();

    @Test
    void aWholePeriodsWorthPassesAtOnceAndMoreOnlyAsItFades() {
        window.begin(0);
        window.add(LIMIT, PERIOD_NS, 0);

        assertThat(window.used(PERIOD_NS, PERIOD_NS - 1)).isEqualTo(LIMIT);
        assertThat(window.used(PERIOD_NS, PERIOD_NS * 3 / 2)).isEqualTo(LIMIT / 2);
        assertThat(window.used(PERIOD_NS, 2 * PERIOD_NS)).isZero();
    }

    @Test
    void theDelayToldIsTheTimeAfterWhichThoseBytesMayPass() {
        window.begin(0);
        window.add(LIMIT, PERIOD_NS, 0);

        assertThat(window.delayNs(250, LIMIT, PERIOD_NS, 0)).isEqualTo(PERIOD_NS * 5 / 4);
        assertThat(window.delayNs(LIMIT, LIMIT, PERIOD_NS, 0)).isEqualTo(2 * PERIOD_NS);
        assertThat(window.delayNs(0, LIMIT, PERIOD_NS, 0)).isZero();
    }

    /** Whoever waits as long as he is told gets what he wanted, and never has more passed than the limit within the time waited for. */
    @Property(tries = 300)
    void whoeverWaitsAsToldIsLetThroughAtTheRateOfTheLimit(
            @ForAll @IntRange(min = 1, max = 1000) int piece, @ForAll @LongRange(min = 1, max = 50) long startMs) {
        RateWindow own = new RateWindow();
        long nowNs = startMs * 1_000_000;
        long begunNs = nowNs;
        long passed = 0;
        own.begin(nowNs);
        for (int i = 0; i < 200; i++) {
            long delayNs = own.delayNs(piece, LIMIT, PERIOD_NS, nowNs);
            assertThat(delayNs).isBetween(0L, 3 * PERIOD_NS);
            nowNs += delayNs;
            assertThat(LIMIT - own.used(PERIOD_NS, nowNs)).isGreaterThanOrEqualTo(piece - 1L); // rounded up
            own.add(piece, PERIOD_NS, nowNs);
            passed += piece;
            double periods = (double) (nowNs - begunNs) / PERIOD_NS;
            assertThat(passed).isLessThanOrEqualTo((long) ((periods + 1) * LIMIT) + i + 1);
        }
    }
}
