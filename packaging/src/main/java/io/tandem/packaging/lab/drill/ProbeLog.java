// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import java.util.Arrays;

/**
 * When each probe was sent, and whether it was answered in time. The prober writes, the drill reads: every method locks.
 */
final class ProbeLog {
    private static final int INITIAL = 16_384;

    private long[] sentNs = new long[INITIAL];
    private boolean[] answered = new boolean[INITIAL];
    private int count;

    /** A probe is sent now; returns its number. Times do not decrease. */
    synchronized int sent(long nowNs) {
        if (count == sentNs.length) {
            sentNs = Arrays.copyOf(sentNs, count * 2);
            answered = Arrays.copyOf(answered, count * 2);
        }
        sentNs[count] = nowNs;
        return count++;
    }

    /** That probe's answer came in time. */
    synchronized void answered(int number) {
        answered[number] = true;
    }

    /**
     * The longest time between the sending of successive answered probes with unanswered ones between them.
     *
     * <p>Where no probe was lost it is their interval: a prober that was kept from sending saw nothing of the nodes. A pause
     * of its own within a row of lost probes counts. The probe before the first one of the interval counts as the beginning of its gap, so that a fault right at the
     * beginning is not lost.
     *
     * @param fromNs only gaps that end after this
     * @param toNs only probes sent before this; their answers must have had their time
     * @return nanoseconds; -1 if there are not two answered probes to measure between
     */
    synchronized long longestGapNs(long fromNs, long toNs) {
        long longest = -1;
        int previous = -1;
        for (int i = 0; i < count && sentNs[i] - toNs < 0; i++) {
            if (answered[i]) {
                if (previous >= 0 && sentNs[i] - fromNs > 0) {
                    boolean lost = previous + 1 < i;
                    longest = Math.max(longest, lost ? sentNs[i] - sentNs[previous] : Prober.INTERVAL_NS);
                }
                previous = i;
            }
        }
        return longest;
    }

    /** How many of the latest probes that have had their time were answered without a break. */
    synchronized int answeredInARow(long nowNs, long limitNs) {
        int row = 0;
        for (int i = count - 1; i >= 0; i--) {
            if (answered[i]) {
                row++;
            } else if (nowNs - sentNs[i] > limitNs) {
                return row;
            }
        }
        return row;
    }

    /** How many probes sent after that time were answered without a break until now. */
    synchronized int answeredInARowSince(long sinceNs, long nowNs, long limitNs) {
        int row = 0;
        for (int i = count - 1; i >= 0 && sentNs[i] - sinceNs > 0; i--) {
            if (answered[i]) {
                row++;
            } else if (nowNs - sentNs[i] > limitNs) {
                return row;
            }
        }
        return row;
    }

    /** How many probes were sent between two times. */
    synchronized int sentBetween(long fromNs, long toNs) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            if (sentNs[i] - fromNs >= 0 && sentNs[i] - toNs < 0) {
                found++;
            }
        }
        return found;
    }
}
