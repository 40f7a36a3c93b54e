// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

/**
 * How many events a second may happen: of the last second, the one before counts by the part that is still within it. Any
 * thread; without a limit it costs one read.
 */
public final class RateLimit {
    private static final long SECOND_NS = 1_000_000_000L;

    private volatile int perSecond;
    private long second; // guarded by this, as the counts below
    private int present;
    private int before;

    /** @param perSecond 0 for no limit */
    public void perSecond(int perSecond) {
        this.perSecond = perSecond;
    }

    public int perSecond() {
        return perSecond;
    }

    /** How long to wait before one more may happen, milliseconds; 0 if it may now. Counts nothing. */
    public int waitMs(long nowNs) {
        return perSecond <= 0 ? 0 : roomMs(nowNs);
    }

    private synchronized int roomMs(long nowNs) {
        turn(nowNs);
        long intoNs = nowNs - second * SECOND_NS;
        double counted = present + before * (double) (SECOND_NS - intoNs) / SECOND_NS;
        if (counted < perSecond) {
            return 0;
        }
        // what is missing comes free as the second before drops out, at the latest with the next second
        double perMs = before / 1000.0;
        double untilMs = perMs > 0 && present < perSecond ? (counted - perSecond + 1) / perMs : Double.MAX_VALUE;
        return (int) Math.max(1, Math.min(untilMs, (SECOND_NS - intoNs) / 1_000_000.0 + 1));
    }

    /** It happened. */
    public void count(long nowNs) {
        if (perSecond > 0) {
            add(nowNs);
        }
    }

    private synchronized void add(long nowNs) {
        turn(nowNs);
        present++;
    }

    private void turn(long nowNs) {
        long now = Math.floorDiv(nowNs, SECOND_NS);
        if (now != second) {
            before = now == second + 1 ? present : 0;
            present = 0;
            second = now;
        }
    }
}
