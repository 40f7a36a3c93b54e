// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void sharesAreFoundWithinTheResolution() {
        Latencies latencies = new Latencies();
        for (int i = 1; i <= 10_000; i++) {
            latencies.record(i * 1000L);
        }

        assertThat(latencies.micros(0.5)).isCloseTo(5000, within(100.0));
        assertThat(latencies.micros(0.99)).isCloseTo(9900, within(200.0));
        assertThat(latencies.micros(1)).isEqualTo(10_000);
    }

    @Property
    void aSingleValueIsReportedAsItself(@ForAll @LongRange(min = 0, max = Long.MAX_VALUE / 2) long ns) {
        Latencies latencies = new Latencies();
        latencies.record(ns);

        assertThat(latencies.micros(0.99)).isEqualTo(ns / 1000.0);
    }
}
