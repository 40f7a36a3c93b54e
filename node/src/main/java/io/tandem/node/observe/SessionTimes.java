// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * How long the last sessions of a server or backend took, on average, and the longest ever: {@code qtime}, {@code ctime},
 * {@code rtime}, {@code ttime} and their {@code _max}.
 *
 * <p>As haproxy 2.6.12 does it (its manual says 1024 sessions, it shows 512): a sum loses its 512th part, rounded up, before
 * each value is added, and sessions that were never answered bring none. Each loop has a sum of its own, so that with N loops
 * up to 512 N sessions count.
 *
 * <p>Written by the loop that owns a row, which it makes with its first session; read by any thread.
 */
public final class SessionTimes {
    /** What is measured. */
    public enum Part {
        /** In queues. */
        QUEUE,
        /** From then until the connection to the server was there. */
        CONNECT,
        /** From then until the head of the response was there; 0 in TCP mode. */
        RESPONSE,
        TOTAL
    }

    private static final int WINDOW = 512;
    private static final int PARTS = Part.values().length;
    private static final int SAMPLES = 2 * PARTS;
    private static final int PADDING = 8;
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);

    private static final VarHandle ROW = MethodHandles.arrayElementVarHandle(long[][].class);

    private final long[] @Nullable [] rows;

    /** @param loops how many event loops write, at least 1 */
    public SessionTimes(int loops) {
        rows = new long[loops][];
    }

    /** A session has ended; milliseconds each. Called by loop {@code loop}. */
    public void add(int loop, long queueMs, long connectMs, long responseMs, long totalMs) {
        long[] row = rows[loop];
        if (row == null) {
            row = new long[SAMPLES + 1 + 2 * PADDING];
            ROW.setRelease(rows, loop, row);
        }
        add(row, Part.QUEUE, queueMs);
        add(row, Part.CONNECT, connectMs);
        add(row, Part.RESPONSE, responseMs);
        add(row, Part.TOTAL, totalMs);
        CELL.setOpaque(row, PADDING + SAMPLES, row[PADDING + SAMPLES] + 1);
    }

    private static void add(long[] row, Part part, long value) {
        int at = sumOf(part);
        long sum = row[at];
        CELL.setOpaque(row, at, sum - (sum + WINDOW - 1) / WINDOW + value);
        if (value > row[at + PARTS]) {
            CELL.setOpaque(row, at + PARTS, value);
        }
    }

    @SuppressWarnings("EnumOrdinal") // a cell each; nothing is stored
    private static int sumOf(Part part) {
        return PADDING + part.ordinal();
    }

    /**
     * The average in milliseconds, rounded up; 0 where nothing was measured.
     *
     * @param sessions how many there were, those that brought no time included
     */
    public long average(Part part, long sessions) {
        long sum = 0;
        long counted = 0;
        long samples = 0;
        long most = 0;
        for (int loop = 0; loop < rows.length; loop++) {
            long[] row = (long[]) ROW.getAcquire(rows, loop);
            long ofRow = row == null ? 0 : (long) CELL.getOpaque(row, PADDING + SAMPLES);
            if (row != null && ofRow > 0) {
                sum += (long) CELL.getOpaque(row, sumOf(part));
                samples += ofRow;
                counted += Math.min(WINDOW, ofRow);
                most += WINDOW;
            }
        }
        long window = Math.min(most, counted + Math.max(0, sessions - samples));
        return window == 0 ? 0 : (sum + window - 1) / window;
    }

    /** The longest, in milliseconds. */
    public long max(Part part) {
        long max = 0;
        for (int loop = 0; loop < rows.length; loop++) {
            long[] row = (long[]) ROW.getAcquire(rows, loop);
            if (row != null) {
                max = Math.max(max, (long) CELL.getOpaque(row, sumOf(part) + PARTS));
            }
        }
        return max;
    }
}
