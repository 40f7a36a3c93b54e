// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {
    @Test
    void theMedianOfAnEvenCountLiesBetweenTheTwoInTheMiddle() {
        assertThat(Series.median(List.of(4.0, 1.0, 3.0, 2.0))).isEqualTo(2.5);
        assertThat(Series.median(List.of())).isNaN();
    }

    @Test
    void theIntervalHoldsTheMedianAndStaysWithinWhatWasMeasured() {
        double[] interval = Series.interval(List.of(1.0, 1.1, 0.9, 1.05, 0.95, 1.2, 1.0), 1);

        assertThat(interval[0]).isBetween(0.9, 1.0);
        assertThat(interval[1]).isBetween(1.0, 1.2);
    }

    @Test
    void oneStrayRoundOfManyDoesNotMoveTheInterval() {
        double[] interval = Series.interval(List.of(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 9.0), 1);

        assertThat(interval[1]).isEqualTo(1.0);
    }
}
