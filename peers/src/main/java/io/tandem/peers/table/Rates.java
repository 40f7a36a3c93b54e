// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Events per sliding period, two words in an array of longs.
 *
 * <pre>
 * word 0   start of the current period in ms, shifted left by one | 1 while a writer is at work
 * word 1   events in the current period (32 bits) | events in the one before (32 bits)
 * </pre>
 *
 * Reading at age = now − start: below the period p, {@code current + previous · (1 − age/p)}; below 2p, the same after
 * rotating once; else 0. Any thread may add and read: a writer holds bit 0 for a few instructions.
 */
final class Rates {
    static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long MAX_U32 = 0xFFFF_FFFFL;

    private Rates() {}

    /** Counts n events; the count of a period stops at 2^32 − 1. */
    static void add(long[] words, int at, long n, int periodMs, long nowMs) {
        long start = lock(words, at);
        long events = words[at + 1];
        long rotated = rotate(start, events, periodMs, nowMs);
        if (rotated != start) {
            events = rotatedEvents(start, events, periodMs, nowMs);
        }
        long current = Math.min((events >>> 32) + n, MAX_U32);
        words[at + 1] = current << 32 | (events & MAX_U32);
        unlock(words, at, rotated);
    }

    /** Starts a period at {@code startMs} with those counts. */
    static void set(long[] words, int at, long startMs, long current, long previous) {
        lock(words, at);
        words[at + 1] = Math.min(current, MAX_U32) << 32 | Math.min(previous, MAX_U32);
        unlock(words, at, startMs);
    }

    /** The rate at that instant. */
    static long value(long[] words, int at, int periodMs, long nowMs) {
        while (true) {
            long stamp = (long) LONGS.getAcquire(words, at);
            if ((stamp & 1) == 0) {
                long events = (long) LONGS.getOpaque(words, at + 1);
                VarHandle.acquireFence();
                if ((long) LONGS.getOpaque(words, at) == stamp) {
                    return valueOf(stamp >> 1, events, periodMs, nowMs);
                }
            }
            Thread.onSpinWait();
        }
    }

    /** Writes (current, previous, age) to the cell, rotated to {@code nowMs}. */
    static void readAged(long[] words, int at, int periodMs, long nowMs, Cell into, int column, int index) {
        while (true) {
            long stamp = (long) LONGS.getAcquire(words, at);
            if ((stamp & 1) == 0) {
                long events = (long) LONGS.getOpaque(words, at + 1);
                VarHandle.acquireFence();
                if ((long) LONGS.getOpaque(words, at) == stamp) {
                    long start = stamp >> 1;
                    long rotated = rotate(start, events, periodMs, nowMs);
                    long aged = rotated == start ? events : rotatedEvents(start, events, periodMs, nowMs);
                    into.set(column, index, aged >>> 32);
                    into.set(column, index + 1, aged & MAX_U32);
                    into.set(column, index + 2, aged == 0 ? 0 : nowMs - rotated);
                    return;
                }
            }
            Thread.onSpinWait();
        }
    }

    static long valueOf(long startMs, long events, int periodMs, long nowMs) {
        long age = nowMs - startMs;
        long current = events >>> 32;
        long previous = events & MAX_U32;
        if (age >= periodMs) {
            age -= periodMs;
            if (age >= periodMs) {
                return 0;
            }
            previous = current;
            current = 0;
        }
        // 32 bits times a period below 2^31 ms: no overflow.
        return current + (age <= 0 ? previous : previous * (periodMs - age) / periodMs);
    }

    private static long rotate(long start, long events, int periodMs, long nowMs) {
        long age = nowMs - start;
        if (isUnused(start, events) || age >= 2L * periodMs) {
            return nowMs;
        }
        return age < periodMs ? start : start + periodMs;
    }

    private static long rotatedEvents(long start, long events, int periodMs, long nowMs) {
        return isUnused(start, events) || nowMs - start >= 2L * periodMs ? 0 : events >>> 32;
    }

    private static boolean isUnused(long start, long events) {
        return start == 0 && events == 0;
    }

    @SuppressWarnings("ThreadPriorityCheck") // the holder may have lost its processor: let it have ours
    private static long lock(long[] words, int at) {
        int spins = 0;
        while (true) {
            long stamp = (long) LONGS.getOpaque(words, at);
            if ((stamp & 1) == 0 && LONGS.compareAndSet(words, at, stamp, stamp | 1)) {
                VarHandle.storeStoreFence();
                return stamp >> 1;
            }
            if (++spins > 100) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
        }
    }

    private static void unlock(long[] words, int at, long startMs) {
        LONGS.setRelease(words, at, startMs << 1);
    }
}
