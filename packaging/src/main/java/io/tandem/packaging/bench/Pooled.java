// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.load.Latencies;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Latencies of several rounds taken as one set of requests. */
final class Pooled {
    private static final int RESAMPLES = 2_000;

    private Pooled() {}

    static Latencies of(List<Latencies> rounds) {
        Latencies all = new Latencies();
        rounds.forEach(all::add);
        return all;
    }

    /**
     * One's quantile by the other's, each over all its rounds; the interval by drawing rounds anew on both sides.
     *
     * @param share the quantile, 0..1
     */
    static Ratio ratio(List<Latencies> of, List<Latencies> to, double share) {
        if (of.isEmpty() || to.isEmpty()) {
            return Ratio.NONE;
        }
        Random random = new Random(1);
        double[] ratios = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            ratios[i] = drawn(of, random).micros(share) / drawn(to, random).micros(share);
        }
        Arrays.sort(ratios);
        double ratio = of(of).micros(share) / of(to).micros(share);
        return new Ratio(ratio, ratios[(int) (RESAMPLES * 0.025)], ratios[(int) (RESAMPLES * 0.975)], List.of(ratio));
    }

    private static Latencies drawn(List<Latencies> rounds, Random random) {
        Latencies all = new Latencies();
        for (int i = 0; i < rounds.size(); i++) {
            all.add(rounds.get(random.nextInt(rounds.size())));
        }
        return all;
    }
}
