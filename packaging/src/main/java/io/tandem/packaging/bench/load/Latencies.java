// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import java.util.Arrays;

/** A histogram of durations with a resolution of about 1.6 %. Not thread-safe. */
public final class Latencies {
    private static final int SUB_BITS = 6;
    private static final int SUB = 1 << SUB_BITS;

    private final long[] counts = new long[(64 - SUB_BITS) * SUB];
    private long count;
    private long maxNs;

    public void record(long ns) {
        long value = Math.max(0, ns);
        counts[index(value)]++;
        count++;
        maxNs = Math.max(maxNs, value);
    }

    public void add(Latencies other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        count += other.count;
        maxNs = Math.max(maxNs, other.maxNs);
    }

    public long count() {
        return count;
    }

    /**
     * @param share 0..1, say 0.99
     * @return microseconds, the upper end of the bucket; 0 if nothing was recorded
     */
    public double micros(double share) {
        long wanted = Math.max(1, (long) Math.ceil(share * count));
        long seen = 0;
        for (int i = 0; i < counts.length && count > 0; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return Math.min(maxNs, upperEnd(i)) / 1000.0;
            }
        }
        return 0;
    }

    public double maxMicros() {
        return maxNs / 1000.0;
    }

    void clear() {
        Arrays.fill(counts, 0);
        count = 0;
        maxNs = 0;
    }

    /** The first 2 * SUB values have a bucket each; above, each power of two has SUB buckets. */
    private static int index(long value) {
        int shift = Math.max(0, 63 - SUB_BITS - Long.numberOfLeadingZeros(value));
        return shift * SUB + (int) (value >>> shift);
    }

    private static long upperEnd(int index) {
        if (index < 2 * SUB) {
            return index;
        }
        int shift = index / SUB - 1;
        return ((index - (long) shift * SUB + 1) << shift) - 1;
    }
}
