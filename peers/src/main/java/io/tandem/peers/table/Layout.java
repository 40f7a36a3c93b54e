// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.util.Arrays;
import java.util.List;

/**
 * Where a table's values stand in the words of an entry.
 *
 * <pre>
 * entry    ints:  NEXT USE PREV FOLLOWING DIRTY_NEXT DIRTY REPLICAS HASH
 *          longs: DEADLINE EPOCH key… columns…
 * replica  ints:  NEXT ORIGIN KNOWN
 *          longs: EPOCH SEQUENCE columns that are not registers…
 * column   counter, gauge: total · rate: period start and lock, events (current, previous) · register: stamp, value
 * </pre>
 */
final class Layout {
    /** Next entry of the hash chain, local number + 1. */
    static final int NEXT = 0;
    /** Holders of the entry, or {@link #FREE}. */
    static final int USE = 1;
    /** Neighbours in the expiry list, local number + 1. */
    static final int PREV = 2;

    static final int FOLLOWING = 3;
    /** Next entry of the dirty stack, local number + 1. */
    static final int DIRTY_NEXT = 4;
    /** Changed columns, TOUCHED and IN_STACK. */
    static final int DIRTY = 5;
    /** First replica of the key, replica number + 1. */
    static final int REPLICAS = 6;

    static final int HASH = 7;
    static final int ENTRY_INTS = 8;

    static final int FREE = Integer.MIN_VALUE;

    static final int DEADLINE = 0;
    static final int EPOCH = 1;
    static final int KEY = 2;

    static final int REPLICA_NEXT = 0;
    static final int REPLICA_ORIGIN = 1;
    /** Columns received so far: an older full cell fills only the others. */
    static final int REPLICA_KNOWN = 2;

    static final int REPLICA_INTS = 3;
    static final int REPLICA_EPOCH = 0;
    static final int REPLICA_SEQUENCE = 1;
    static final int REPLICA_COLUMNS = 2;

    final Column[] columns;
    /** Words of a key; strings hold no NUL, so that zeros end them. */
    final int keyLongs;

    final int entryLongs;
    final int replicaLongs;
    /** First word of each column in an entry, and in a replica (-1: a register). */
    final int[] entryWord;

    final int[] replicaWord;
    /** By {@link DataType#number}: the column's place, or -1. */
    private final int[] place = new int[DataType.values().length];

    Layout(TableDefinition definition) {
        List<Column> list = definition.columns();
        columns = list.toArray(Column[]::new);
        int keyBytes = definition.keyBytes();
        keyLongs = (keyBytes + 7) / 8;
        entryWord = new int[columns.length];
        replicaWord = new int[columns.length];
        Arrays.fill(place, -1);
        int inEntry = KEY + keyLongs;
        int inReplica = REPLICA_COLUMNS;
        for (int c = 0; c < columns.length; c++) {
            Column column = columns[c];
            place[column.type().number()] = c;
            entryWord[c] = inEntry;
            inEntry += words(column) * column.elements();
            boolean register = column.type().merge() == DataType.Merge.REGISTER;
            replicaWord[c] = register ? -1 : inReplica;
            inReplica += register ? 0 : words(column) * column.elements();
        }
        entryLongs = inEntry;
        replicaLongs = inReplica;
    }

    /** Words of one element. */
    static int words(Column column) {
        return column.type().isRate() || column.type().merge() == DataType.Merge.REGISTER ? 2 : 1;
    }

    int place(DataType type) {
        return place[type.number()];
    }
}
