// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether the heap holds what is being loaded. What does not fit is refused, and the configuration that serves goes on: nothing
 * dies of it.
 *
 * <p>What is free says little, for it leaves out what could be collected. What a whole collection left over says all, and there
 * is always one before memory runs out; the collectors' books are opened only once little is free. Any thread.
 */
public final class HeapRoom {
    /** What a reader of files asks after so many lines. */
    public static final int LINES = 16;

    /** Heap for each byte of configuration, comments and indentation left out: of one that says much in few objects. */
    private static final int LEAST_PER_BYTE = 8;
    /** The launcher's figures, {@code packaging/src/dist/usr/bin/tandem}: heap by bytes of the files. */
    private static final long LARGE = 512L << 10;

    private static final long SMALL_HEAP = 256L << 20;
    private static final int CHOSEN_PER_BYTE = 64;

    /** What a process has without any. */
    private static final long BASE = 16L << 20;

    private static final long HEAP = Runtime.getRuntime().maxMemory();
    /** So much of the old generation has to stay free for what traffic needs, and for the collector to work in. */
    private static final long RESERVE = HEAP / 7;

    private HeapRoom() {}

    /** What is loaded does not fit; the message tells operators what to do. */
    public static final class Exhausted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Exhausted(String what) {
            super(
                    "no memory for " + what + ": the heap of " + megabytes(HEAP)
                            + " MB is too small. Set TANDEM_HEAP to more, and restart.",
                    null,
                    false,
                    false);
        }
    }

    private static final class Old {
        private static final List<MemoryPoolMXBean> POOLS = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported())
                .toList();

        private Old() {}

        /** What the last whole collection has led to already: it says nothing about what is loaded next. */
        private static final AtomicLong HEARD = new AtomicLong();

        /** Whether a whole collection left little room, which has not been said. */
        static boolean isFull() {
            for (MemoryPoolMXBean pool : POOLS) {
                MemoryUsage left = pool.getCollectionUsage();
                if (left != null
                        && left.getUsed() > Math.max(left.getMax(), left.getCommitted()) - RESERVE
                        && HEARD.getAndSet(left.getUsed()) != left.getUsed()) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * Asked again and again while something is loaded.
     *
     * @param what is loaded: {@code the configuration}
     * @throws Exhausted where it cannot go on
     */
    public static void check(String what) {
        Runtime runtime = Runtime.getRuntime();
        long free = HEAP - runtime.totalMemory() + runtime.freeMemory();
        if (free < HEAP / 3 && Old.isFull()) {
            throw new Exhausted(what);
        }
    }

    /**
     * Asked before a file is read as a whole.
     *
     * @param bytes how much heap it takes at least
     * @throws Exhausted where there is not so much
     */
    public static void require(long bytes, String what) {
        if (bytes > HEAP - RESERVE) {
            throw new Exhausted(what);
        }
    }

    /**
     * Asked before a configuration is read.
     *
     * @param weight its bytes that count
     * @param running those of the configuration that serves meanwhile, 0 for none
     * @throws Exhausted where no such configurations can be held at once
     */
    public static void requireConfiguration(long weight, long running) {
        require(
                BASE + (weight + running) * LEAST_PER_BYTE,
                running == 0
                        ? "a configuration of " + megabytes(weight) + " MB"
                        : "a configuration of " + megabytes(weight) + " MB beside the running one of "
                                + megabytes(running) + " MB");
    }

    /** Whether the heap is much smaller than the one that the launcher chooses for a configuration of that weight. */
    public static boolean isNarrow(long weight) {
        return weight > LARGE && HEAP < (SMALL_HEAP + weight * CHOSEN_PER_BYTE) / 3 * 2;
    }

    static long megabytes(long bytes) {
        return (bytes + (1L << 20) - 1) >> 20;
    }
}
