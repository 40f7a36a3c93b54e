// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A set of counters with one row per event loop: each row has a single writer, readers sum the rows.
 *
 * <p>No locked instruction on the writing side. A reader sees every cell whole, at most a moment late. A row is made when its
 * loop counts something for the first time: of a large configuration most objects are idle.
 *
 * @param <K> the names of the counters
 */
@SuppressWarnings("EnumOrdinal") // rows are indexed by the order of the constants, which nothing outside sees
public final class Counters<K extends Enum<K>> {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    /** Longs of padding around a row, so that two loops never write to one cache line. */
    private static final int PADDING = 8;

    /** How many counters a kind has: to ask the class copies all of them. */
    private static final ClassValue<Integer> COUNTS = new ClassValue<>() {
        @Override
        protected Integer computeValue(Class<?> names) {
            return names.getEnumConstants().length;
        }
    };

    private static final VarHandle ROW = MethodHandles.arrayElementVarHandle(long[][].class);

    private final long[] @Nullable [] rows;
    /** How long a row is. */
    private final int width;

    /** @param loops how many event loops write, at least 1 */
    public Counters(Class<K> names, int loops) {
        rows = new long[loops][];
        width = COUNTS.get(names) + 2 * PADDING;
    }

    /** Adds {@code n}. Called by the loop that owns row {@code loop}. */
    public void add(int loop, K counter, long n) {
        long[] row = rows[loop];
        if (row == null) {
            row = begin(loop);
        }
        int at = counter.ordinal() + PADDING;
        CELL.setOpaque(row, at, row[at] + n);
    }

    private long[] begin(int loop) {
        long[] row = new long[width];
        ROW.setRelease(rows, loop, row);
        return row;
    }

    /** Whether anything has ever been counted. Any thread. */
    boolean isUsed() {
        for (int loop = 0; loop < rows.length; loop++) {
            if (ROW.getAcquire(rows, loop) != null) {
                return true;
            }
        }
        return false;
    }

    /** The sum over all loops. Any thread. */
    public long sum(K counter) {
        long sum = 0;
        for (int loop = 0; loop < rows.length; loop++) {
            long[] row = (long[]) ROW.getAcquire(rows, loop);
            if (row != null) {
                sum += (long) CELL.getOpaque(row, counter.ordinal() + PADDING);
            }
        }
        return sum;
    }
}
