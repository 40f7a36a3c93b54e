// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.util.List;
import java.util.Locale;

/**
 * Tandem's measure divided by another's, round by round.
 *
 * @param median over all rounds
 * @param lower of the 95 % interval, by bootstrap
 * @param upper likewise; what a target is held against
 * @param each the quotients of the rounds that were valid on both sides, in their order
 */
record Ratio(double median, double lower, double upper, List<Double> each) {
    static final Ratio NONE = new Ratio(Double.NaN, Double.NaN, Double.NaN, List.of());

    Ratio {
        each = List.copyOf(each);
    }

    int rounds() {
        return each.size();
    }

    static Ratio of(List<Double> quotients) {
        if (quotients.isEmpty()) {
            return NONE;
        }
        double[] interval = Series.interval(quotients, 1);
        return new Ratio(Series.median(quotients), interval[0], interval[1], quotients);
    }

    @Override
    public String toString() {
        return each.isEmpty() ? "–" : String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", median, lower, upper);
    }
}
