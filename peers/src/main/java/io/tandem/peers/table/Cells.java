// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

/** The cells of one key, this node's and the others', for those who hold the shard's lock. */
final class Cells {
    private final StickTable table;
    private final int entry;

    Cells(StickTable table, int entry) {
        this.table = table;
        this.entry = entry;
    }

    /**
     * Begins an epoch in which this node's cell holds the sum of all: the cells of the others belong to an older epoch and
     * count 0 from now on. Gauges and registers know no epochs.
     */
    void adoptAll(long epoch, long nowMs) {
        Layout layout = table.layout;
        Shard shard = table.entries.shardOf(entry);
        int local = table.entries.local(entry);
        Shard.Page page = shard.page(local);
        for (int c = 0; c < layout.columns.length; c++) {
            Column column = layout.columns[c];
            if (column.type().merge() != DataType.Merge.SUM) {
                continue;
            }
            for (int e = 0; e < column.elements(); e++) {
                int field = table.field(column.type(), e);
                long others = table.value(entry, field, nowMs) - table.localValue(entry, field, nowMs);
                int word = shard.longsAt(local) + layout.entryWord[c] + e * Layout.words(column);
                if (others > 0 && column.type().isRate()) {
                    Rates.add(page.longs, word, others, column.periodMs(), nowMs);
                } else if (others > 0) {
                    Shard.LONGS.getAndAdd(page.longs, word, others);
                }
            }
        }
        Shard.LONGS.setVolatile(page.longs, shard.longsAt(local) + Layout.EPOCH, epoch);
    }
}
