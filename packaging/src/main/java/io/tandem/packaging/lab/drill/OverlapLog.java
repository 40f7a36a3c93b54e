// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

/**
 * How long several hosts have had the address at once, from samples. The sampler writes, the drill reads: every method
 * locks.
 */
final class OverlapLog {
    /** Between samples nearer to each other than this nothing is made up. */
    private static final long PAUSE_NS = 5_000_000;

    private long sinceNs;
    private boolean overlapping;
    private long lastHolders;
    private long longestNs;
    private long lastNs;
    private long samples;
    private long longestPauseNs;

    /**
     * At that time those hosts had it. Times do not decrease.
     *
     * @param holders one bit for each host
     */
    synchronized void sample(long nowNs, long holders) {
        if (samples > 0) {
            long pauseNs = nowNs - lastNs;
            longestPauseNs = Math.max(longestPauseNs, pauseNs);
            boolean arrived = (holders & ~lastHolders) != 0 && lastHolders != 0;
            if (arrived && pauseNs > PAUSE_NS && Long.bitCount(holders) < 2) {
                // It moved while we did not look: at worst both had it all the time.
                longestNs = Math.max(longestNs, pauseNs);
            }
        }
        samples++;
        lastNs = nowNs;
        lastHolders = holders;
        if (Long.bitCount(holders) < 2) {
            if (overlapping) {
                // It ended somewhere between the last sample and this one: the longer reading counts.
                longestNs = Math.max(longestNs, nowNs - sinceNs);
            }
            overlapping = false;
            return;
        }
        if (!overlapping) {
            overlapping = true;
            sinceNs = nowNs;
        }
        longestNs = Math.max(longestNs, nowNs - sinceNs);
    }

    /** The longest time that two hosts had it without a break; 0 if never seen. */
    synchronized long longestNs() {
        return longestNs;
    }

    synchronized long samples() {
        return samples;
    }

    /** The longest time between two samples: what may have been overlooked. */
    synchronized long longestPauseNs() {
        return longestPauseNs;
    }
}
