// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Numbers of the rounds and what can be said of them. */
final class Series {
    private static final int RESAMPLES = 10_000;

    private Series() {}

    static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The 95 % interval of the median by bootstrap: lower and upper end. */
    static double[] interval(List<Double> values, long seed) {
        if (values.isEmpty()) {
            return new double[] {Double.NaN, Double.NaN};
        }
        Random random = new Random(seed);
        double[] medians = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            Double[] sample = new Double[values.size()];
            for (int j = 0; j < sample.length; j++) {
                sample[j] = values.get(random.nextInt(values.size()));
            }
            medians[i] = median(List.of(sample));
        }
        Arrays.sort(medians);
        return new double[] {medians[(int) (RESAMPLES * 0.025)], medians[(int) (RESAMPLES * 0.975)]};
    }
}
