// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import io.tandem.peers.table.Cell;
import io.tandem.peers.table.Origins;
import java.util.List;

/**
 * A state transfer under way: walks all entries of all shared tables, a chunk at a time, while they change. What changes
 * behind the cursor goes out as an update. One thread.
 */
final class Teaching {
    final long requestId;
    private final boolean history;
    private final List<Bindings.Local> tables;
    private final Origins origins;
    private int table;
    private int shard;
    private int number;
    private long chunk;

    Teaching(long requestId, boolean history, List<Bindings.Local> tables, Origins origins) {
        this.requestId = requestId;
        this.history = history;
        this.tables = tables;
        this.origins = origins;
    }

    boolean isFinished() {
        return table == tables.size();
    }

    long nextChunk() {
        return chunk++;
    }

    /** Fills a message with sections of cells up to the limit. */
    void fill(Sections sections, int limit, long nowMs) {
        while (table < tables.size()) {
            Bindings.Local local = tables.get(table);
            Cell scratch = new Cell(local.cells().table().definition());
            while (shard < local.cells().shards()) {
                int highest = local.cells().highest(shard);
                while (number < highest) {
                    if (sections.size() >= limit) {
                        return;
                    }
                    local.cells().read(shard, number++, history, scratch, nowMs, (origin, cell) -> {
                        // Members that live tell of themselves.
                        if (origin == Origins.NONE || !origins.isLive(origin)) {
                            sections.add(local, origin, cell);
                        }
                    });
                }
                number = 0;
                shard++;
            }
            shard = 0;
            table++;
        }
    }
}
