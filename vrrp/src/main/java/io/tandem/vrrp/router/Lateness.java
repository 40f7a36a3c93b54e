// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import java.util.Arrays;

/**
 * How late the thread woke, in logarithmic buckets of an eighth: exact to 12.5 %, 1 µs to 4 s, no allocation.
 *
 * <p>Written by the reactor's thread, read by any; a reader may miss the last few samples.
 */
public final class Lateness {
    private static final int STEPS = 8;
    private static final int BUCKETS = 24 * STEPS;

    // written by the reactor's thread, read by any
    private final long[] counts = new long[BUCKETS];
    private volatile long samples;
    private volatile long maxNs;

    @SuppressWarnings("NonAtomicVolatileUpdate") // a single writer
    void record(long latenessNs) {
        long late = Math.max(0, latenessNs);
        counts[bucket(late)]++;
        if (late > maxNs) {
            maxNs = late;
        }
        samples++;
    }

    /** Begins anew; from any thread, a sample under way may be lost. */
    public void reset() {
        Arrays.fill(counts, 0);
        samples = 0;
        maxNs = 0;
    }

    /**
     * The lateness that {@code share} of the wake-ups did not exceed.
     *
     * @param share 0..1
     * @return nanoseconds, rounded up to the bucket's end; 0 without samples
     */
    public long quantileNs(double share) {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        long wanted = (long) Math.ceil(total * share);
        long seen = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            seen += counts[bucket];
            if (seen >= wanted && seen > 0) {
                return Math.min(endNs(bucket), maxNs);
            }
        }
        return maxNs;
    }

    public long maxNs() {
        return maxNs;
    }

    public long samples() {
        return samples;
    }

    private static int bucket(long ns) {
        long us = (ns + 999) / 1000;
        if (us < 1) {
            return 0;
        }
        int power = 63 - Long.numberOfLeadingZeros(us);
        int step = (int) (((us << 3) >>> power) & 7);
        return Math.min(BUCKETS - 1, power * STEPS + step + 1);
    }

    private static long endNs(int bucket) {
        if (bucket == 0) {
            return 1000;
        }
        int power = (bucket - 1) / STEPS;
        int step = (bucket - 1) % STEPS;
        return ((1L << power) * (STEPS + step + 1) * 1000) / STEPS;
    }
}
