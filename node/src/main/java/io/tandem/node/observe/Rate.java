// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe;

/**
 * Events in the last second, from a counter that is sampled four times a second: the request path only counts.
 *
 * <p>Written by the thread that samples, read by any.
 */
public final class Rate {
    /** How often {@link #sample} is to be called, milliseconds. */
    public static final int PERIOD_MS = 250;

    private static final int SLOTS = 1000 / PERIOD_MS;

    private final long[] totals = new long[SLOTS];
    private int next;
    private volatile long rate;
    private volatile long max;

    /** @param total the counter's value now */
    public void sample(long total) {
        rate = total - totals[next];
        totals[next] = total;
        next = (next + 1) % SLOTS;
        if (rate > max) {
            max = rate;
        }
    }

    /** Events in the last second. */
    public long perSecond() {
        return rate;
    }

    /** As {@link #perSecond()}, what has happened since the last sample included: {@code total} is the counter's value now. */
    public long perSecond(long total) {
        long sampled = rate; // first: what the writer put into the totals before it is seen, too
        return Math.max(sampled, total - totals[next]);
    }

    /** The most there ever were in a second. */
    public long max() {
        return max;
    }
}
