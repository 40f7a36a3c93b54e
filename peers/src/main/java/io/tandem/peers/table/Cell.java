// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

/**
 * One node's share of one key, between a table and the wire. Reused; one thread.
 *
 * <p>Values stand by column: a counter or gauge is one long; a rate three (events in the period, in the one before, age
 * of the period in ms); a register two (stamp, value; for {@code server_key} the number in the {@link Dictionary}).
 */
public final class Cell {
    /** The key's bytes, {@link #keyLength} of them. */
    public final byte[] key;

    public int keyLength;
    /** Lifetime left; negative: does not expire. */
    public long remainingMs;
    /** Cells of an older epoch than the key's count nothing. */
    public long epoch;
    /** Orders the states of this cell; from the node that owns it. */
    public long sequence;
    /** The columns present, by their place in the definition. */
    public int mask;

    private final long[] values;
    private final int[] at;

    /** A cell for tables of that definition. */
    public Cell(TableDefinition definition) {
        key = new byte[definition.keyBytes()];
        at = new int[definition.columns().size()];
        int next = 0;
        for (int c = 0; c < at.length; c++) {
            at[c] = next;
            Column column = definition.columns().get(c);
            next += width(column) * column.elements();
        }
        values = new long[next];
    }

    /** Longs of one element of a column. */
    public static int width(Column column) {
        if (column.type().isRate()) {
            return 3;
        }
        return column.type().merge() == DataType.Merge.REGISTER ? 2 : 1;
    }

    /** The part'th long of an element. */
    public long get(int column, int index) {
        return values[at[column] + index];
    }

    public void set(int column, int index, long value) {
        values[at[column] + index] = value;
    }

    public boolean has(int column) {
        return (mask & 1 << column) != 0;
    }
}
