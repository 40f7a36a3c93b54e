// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import io.tandem.peers.table.Cell;
import io.tandem.peers.table.Clear;
import io.tandem.peers.table.HybridClock;
import io.tandem.peers.table.Origins;
import io.tandem.peers.table.TableCells;
import io.tandem.peers.table.TableDefinition;
import io.tandem.peers.table.Tables;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Reads the bodies of messages into tables and state; their forms are in {@link Session}. Any thread. */
final class Inbox {
    private final Tables tables;
    private final Identity self;
    private final long selfNode;
    private final Bindings bindings;
    private final ReplicatedState state;
    private final SyncStats stats;

    Inbox(Tables tables, Identity self, Bindings bindings, ReplicatedState state, SyncStats stats) {
        this.tables = tables;
        this.self = self;
        this.selfNode = self.node();
        this.bindings = bindings;
        this.state = state;
        this.stats = stats;
    }

    /**
     * Applies the cells of an update or a chunk.
     *
     * @param batch the sequence of cells that carry none
     * @param counter of the cells applied
     */
    @Nullable DecodeFailure readSections(ByteReader in, long batch, LongAdder counter, long nowMs) {
        CellCodec codec = new CellCodec(tables.dictionary());
        while (in.remaining() > 0) {
            long node = in.i64();
            long incarnation = in.varint();
            long schemaId = in.i64();
            ByteReader cells = in.slice(in.u32Length());
            if (in.failed() || incarnation <= 0) {
                return DecodeFailure.TRUNCATED;
            }
            boolean own = node == selfNode && incarnation == self.incarnation();
            int origin = own ? Origins.NONE : tables.origins().register(node, incarnation);
            Bindings.Binding binding = bindings.find(schemaId);
            if (binding == null) {
                stats.failed(bindings.whyNot(schemaId)); // the other sections may do
                continue;
            }
            if (origin == Origins.NONE && !own) {
                stats.failed(DecodeFailure.ORIGINS);
                continue;
            }
            if (!readCells(cells, codec, binding, origin, own, batch, counter, nowMs)) {
                return DecodeFailure.TRUNCATED;
            }
        }
        return null;
    }

    private boolean readCells(
            ByteReader in,
            CellCodec codec,
            Bindings.Binding binding,
            int origin,
            boolean own,
            long batch,
            LongAdder counter,
            long nowMs) {
        Cell cell = new Cell(binding.cells().table().definition());
        int count = 0;
        boolean good = true;
        while (good && in.remaining() > 0) {
            good = codec.decode(in, binding.schema(), binding.places(), batch, cell);
            if (good && !own) {
                count++;
                count(binding.cells().apply(origin, cell, nowMs));
            }
        }
        counter.add(count);
        return good;
    }

    private void count(TableCells.Applied applied) {
        switch (applied) {
            case TAKEN -> {}
            case STALE -> stats.stale.increment();
            case GONE -> stats.gone.increment();
            case FULL -> stats.full.increment();
        }
    }

    @Nullable DecodeFailure readClears(ByteReader in, long nowMs) {
        while (in.remaining() > 0) {
            long schemaId = in.i64();
            boolean all = in.u8() == 1;
            byte[] key = in.block(TableDefinition.MAX_KEY_BYTES);
            long epoch = in.i64();
            if (in.failed() || !HybridClock.isPlausible(epoch)) {
                return DecodeFailure.TRUNCATED;
            }
            Bindings.Binding binding = bindings.find(schemaId);
            if (binding == null) {
                stats.failed(bindings.whyNot(schemaId));
            } else {
                binding.cells().apply(new Clear(all ? null : key, epoch), nowMs);
            }
        }
        return null;
    }

    @Nullable DecodeFailure readState(ByteReader in) {
        while (in.remaining() > 0) {
            if (!state.decode(in)) {
                return DecodeFailure.TRUNCATED;
            }
        }
        return null;
    }
}
