// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Thousands of seeded schedules of two to five routers, Tandem's and others. {@code -Dtandem.simulation.schedules=N} runs
 * more, {@code -Dtandem.simulation.seed=N} one again.
 */
class ElectionSimulationTest {
    private static final int SCHEDULES = Integer.getInteger("tandem.simulation.schedules", 10_000);
    private static final Long ONLY_SEED = Long.getLong("tandem.simulation.seed");

    @Test
    void whileConnectedThereIsOneActiveRouterNeitherMoreNorFewerForLong() {
        LongStream seeds = ONLY_SEED == null ? LongStream.range(0, SCHEDULES) : LongStream.of(ONLY_SEED);
        seeds.parallel().forEach(ElectionSimulationTest::run);
    }

    @Test
    void aSeedIsAScheduleDownToItsLastStep() {
        for (long seed = 0; seed < 20; seed++) {
            Schedule one = new Schedule(seed, true);
            Schedule other = new Schedule(seed, true);
            one.run();
            other.run();
            assertThat(one.journal()).isEqualTo(other.journal()).isNotEmpty();
        }
    }

    /** A failure is run again with its journal: writing all journals would take most of the time. */
    private static void run(long seed) {
        try {
            new Schedule(seed, false).run();
        } catch (AssertionError | RuntimeException e) {
            Schedule again = new Schedule(seed, true);
            try {
                again.run();
            } catch (AssertionError | RuntimeException expected) {
                // The journal tells how it came to this.
            }
            throw new AssertionError(
                    "-Dtandem.simulation.seed=" + seed + ": " + e.getMessage() + "\n" + again.journal(), e);
        }
    }
}
