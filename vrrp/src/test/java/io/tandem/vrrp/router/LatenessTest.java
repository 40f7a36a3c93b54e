// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LatenessTest {
    @Property(tries = 300)
    void aQuantileIsNeverBelowTheTruthAndAtMostAnEighthAndAMicrosecondAbove(
            @ForAll @Size(min = 1, max = 300) List<@LongRange(min = 0, max = 3_000_000_000L) Long> samples) {
        Lateness lateness = new Lateness();
        for (long sample : samples) {
            lateness.record(sample);
        }
        long[] sorted = samples.stream().mapToLong(Long::longValue).sorted().toArray();
        for (double share : new double[] {0.5, 0.9, 0.99, 1}) {
            long truth = sorted[(int) Math.ceil(sorted.length * share) - 1];
            assertThat(lateness.quantileNs(share)).isBetween(truth, truth + truth / 8 + 1_125);
        }
        assertThat(lateness.maxNs()).isEqualTo(sorted[sorted.length - 1]);
        assertThat(lateness.samples()).isEqualTo(samples.size());
    }

    @Test
    void withoutSamplesOrAfterAResetEverythingIsZero() {
        Lateness lateness = new Lateness();
        assertThat(lateness.quantileNs(0.99)).isZero();
        lateness.record(5_000_000);
        lateness.reset();
        assertThat(lateness.quantileNs(0.99)).isZero();
        assertThat(lateness.maxNs()).isZero();
    }
}
