// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

/**
 * How long several hosts have had the address at once, from samples. The sampler writes, the drill reads: every method
 * locks.
 */
final class OverlapLog {
    private long sinceNs;
    private boolean overlapping;
    private long longestNs;
    private long lastNs;
    private long samples;
    private long longestPauseNs;

    /** At that time so many hosts had it. Times do not decrease. */
    synchronized void sample(long nowNs, int holders) {
        if (samples > 0) {
            longestPauseNs = Math.max(longestPauseNs, nowNs - lastNs);
        }
        samples++;
        lastNs = nowNs;
        if (holders < 2) {
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
