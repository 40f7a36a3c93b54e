// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import io.tandem.peers.table.DataType;
import io.tandem.peers.table.StickTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The stick-table entries a connection or an exchange is counted on: {@code track-sc0}, {@code sc1} and {@code sc2}.
 *
 * <p>An entry is held while it is tracked, so that {@code conn_cur} can be taken back. Whoever tracked at connection level
 * keeps it until {@link #endConnection}, at exchange level until {@link #endExchange}. One event loop.
 */
public final class Tracking {
    /** How many counters there are unless {@code tune.stick-counters} says otherwise. */
    public static final int SLOTS = 3;

    private static final @Nullable StickTable[] NO_TABLES = new StickTable[SLOTS];
    private static final int[] NO_ENTRIES = new int[SLOTS];
    private static final boolean[] OF_NONE = new boolean[SLOTS];

    // shared and never written until the first entry is tracked
    private @Nullable StickTable[] tables = NO_TABLES;
    private int[] entries = NO_ENTRIES;
    private boolean[] ofExchange = OF_NONE;
    /** Whether anything is tracked: spares the loops below where nothing is. */
    private int tracked;

    /** The table of a slot, or null while it is free. */
    public @Nullable StickTable table(int slot) {
        return slot < tables.length ? tables[slot] : null;
    }

    /** The held entry of a slot that has a table. */
    public int entry(int slot) {
        return entries[slot];
    }

    /** Whether nothing is tracked. */
    public boolean isEmpty() {
        return tracked == 0;
    }

    /**
     * Begins to count on a held entry: {@code conn_cnt}, {@code conn_rate}, {@code conn_cur} and for an exchange
     * {@code sess_*}, or {@code http_req_*} where it is one of HTTP. Does nothing where the slot is taken: the first rule wins.
     */
    public void track(int slot, StickTable table, int entry, boolean exchange, boolean http, long nowMs) {
        if (table(slot) != null) {
            table.release(entry);
            return;
        }
        ownSlots(slot + 1);
        tables[slot] = table;
        entries[slot] = entry;
        ofExchange[slot] = exchange;
        tracked++;
        add(table, entry, DataType.CONN_CUR, 1, nowMs);
        add(table, entry, DataType.CONN_CNT, 1, nowMs);
        add(table, entry, DataType.CONN_RATE, 1, nowMs);
        if (exchange && !http) { // an exchange is a request there, not a session
            add(table, entry, DataType.SESS_CNT, 1, nowMs);
            add(table, entry, DataType.SESS_RATE, 1, nowMs);
        }
        if (http) {
            add(table, entry, DataType.HTTP_REQ_CNT, 1, nowMs);
            add(table, entry, DataType.HTTP_REQ_RATE, 1, nowMs);
        }
    }

    /** @param least how many are needed; beyond {@link #SLOTS} they are made as they are used */
    private void ownSlots(int least) {
        if (tables == NO_TABLES || tables.length < least) {
            int slots = Math.max(SLOTS, least);
            tables = Arrays.copyOf(tables, slots);
            entries = Arrays.copyOf(entries, slots);
            ofExchange = Arrays.copyOf(ofExchange, slots);
        }
    }

    private static void add(StickTable table, int entry, DataType type, long n, long nowMs) {
        int field = table.field(type);
        if (field != StickTable.NOT_STORED) {
            table.add(entry, field, n, nowMs);
        }
    }

    /** Takes over what a connection tracks, for one of its streams; the connection goes on holding the entries. */
    public void follow(Tracking connection) {
        if (connection.tracked > 0) {
            ownSlots(connection.tables.length);
        }
        for (int slot = 0; connection.tracked > 0 && slot < connection.tables.length; slot++) {
            tables[slot] = connection.tables[slot];
            entries[slot] = connection.entries[slot];
            ofExchange[slot] = false;
        }
        tracked = connection.tracked;
    }

    /** Counts {@code n} on every tracked entry that stores {@code type}. */
    public void count(DataType type, long n, long nowMs) {
        if (tracked > 0 && n != 0) {
            for (int slot = 0; slot < tables.length; slot++) {
                StickTable table = tables[slot];
                if (table != null) {
                    add(table, entries[slot], type, n, nowMs);
                }
            }
        }
    }

    /** A request arrived on a connection that was tracked before it: counted as session and request. */
    public void beginRequest(boolean http, long nowMs) {
        if (tracked > 0) {
            count(DataType.SESS_CNT, 1, nowMs);
            count(DataType.SESS_RATE, 1, nowMs);
            if (http) {
                count(DataType.HTTP_REQ_CNT, 1, nowMs);
                count(DataType.HTTP_REQ_RATE, 1, nowMs);
            }
        }
    }

    /** A client's error: a bad request, or a status that is one ({@link StickCounters}). */
    public void countRequestError(long nowMs) {
        count(DataType.HTTP_ERR_CNT, 1, nowMs);
        count(DataType.HTTP_ERR_RATE, 1, nowMs);
    }

    /** A server's failure: a status that is one ({@link StickCounters}). */
    public void countFailure(long nowMs) {
        count(DataType.HTTP_FAIL_CNT, 1, nowMs);
        count(DataType.HTTP_FAIL_RATE, 1, nowMs);
    }

    /** The client has done on its connection, {@code times} times, what a good one does not. */
    public void countGlitches(long times, long nowMs) {
        count(DataType.GLITCH_CNT, times, nowMs);
        count(DataType.GLITCH_RATE, times, nowMs);
    }

    /** Bytes received from the client and sent to it since the last call. */
    public void countBytes(long in, long out, long nowMs) {
        if (tracked > 0) {
            count(DataType.BYTES_IN_CNT, in, nowMs);
            count(DataType.BYTES_IN_RATE, in, nowMs);
            count(DataType.BYTES_OUT_CNT, out, nowMs);
            count(DataType.BYTES_OUT_RATE, out, nowMs);
        }
    }

    /** Lets go of what the exchange tracked. */
    public void endExchange(long nowMs) {
        end(false, nowMs);
    }

    /** Lets go of everything. */
    public void endConnection(long nowMs) {
        end(true, nowMs);
    }

    private void end(boolean all, long nowMs) {
        for (int slot = 0; tracked > 0 && slot < tables.length; slot++) {
            StickTable table = tables[slot];
            if (table != null && (all || ofExchange[slot])) {
                add(table, entries[slot], DataType.CONN_CUR, -1, nowMs);
                table.release(entries[slot]);
                tables[slot] = null;
                tracked--;
            }
        }
    }
}
