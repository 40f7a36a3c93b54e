// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Stamps that order writes of all nodes: later than every stamp this node has made or seen, close to the wall clock, and
 * never equal on two nodes.
 *
 * <pre>
 * 63      62..20            19..12    11..0
 * 0       milliseconds UTC  counter   node
 * </pre>
 *
 * Any thread.
 */
public final class HybridClock {
    private static final int NODE_BITS = 12;
    private static final int COUNTER_BITS = 8;

    private final long wallOffsetMs;
    private final AtomicLong last = new AtomicLong();
    /** Written once when replication starts, read by any. */
    private volatile long node;

    /** @param wallOffsetMs what to add to the {@code nowMs} of the callers to get milliseconds UTC */
    public HybridClock(long wallOffsetMs) {
        this.wallOffsetMs = wallOffsetMs;
    }

    /** Makes the stamps of this node differ from those of the others. */
    public void identify(long nodeId) {
        node = nodeId & ((1 << NODE_BITS) - 1);
    }

    /** A stamp above all before it. */
    public long next(long nowMs) {
        long floor = (nowMs + wallOffsetMs) << COUNTER_BITS;
        while (true) {
            long previous = last.get();
            long candidate = Math.max(previous + 1, floor);
            if (last.compareAndSet(previous, candidate)) {
                return candidate << NODE_BITS | node;
            }
        }
    }

    /** Whether a stamp can have come from a clock that is about right; before the year 2109. */
    public static boolean isPlausible(long stamp) {
        return stamp >= 0 && stamp >>> (NODE_BITS + COUNTER_BITS) < 1L << 42;
    }

    /** Takes note of another node's stamp. */
    public void observe(long stamp) {
        long seen = stamp >>> NODE_BITS;
        long previous = last.get();
        while (seen > previous && !last.compareAndSet(previous, seen)) {
            previous = last.get();
        }
    }
}
