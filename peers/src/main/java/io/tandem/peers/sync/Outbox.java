// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tandem.peers.table.Cell;
import io.tandem.peers.table.Clear;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.Tables;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a session's messages; their forms are in {@link Session}. The replicator thread's alone. */
final class Outbox<P> {
    private final Identity self;
    private final long selfNode;
    private final ReplicatedState state;
    private final SyncStats stats;
    private final ByteWriter out = new ByteWriter(Session.BATCH_BYTES + 4096);
    private final Sections sections;
    private final Map<Long, Cell> scratch = new LinkedHashMap<>();
    private volatile long sequence; // read by any

    Outbox(Tables tables, Identity self, ReplicatedState state, SyncStats stats) {
        this.self = self;
        this.selfNode = self.node();
        this.state = state;
        this.stats = stats;
        this.sections = new Sections(out, tables.dictionary(), tables.origins(), self);
    }

    /** The number of the last message to all. */
    long sequence() {
        return sequence;
    }

    void sendHello(boolean inSync, List<Bindings.Local> tables, Output<P> output) {
        header(Session.HELLO);
        out.varint(sequence);
        out.u8(inSync ? 1 : 0);
        byte[] name = self.name().getBytes(UTF_8);
        out.block(name, 0, name.length);
        out.varint(Math.min(tables.size(), Session.MAX_SCHEMAS));
        tables.stream().limit(Session.MAX_SCHEMAS).forEach(table -> table.schema()
                .encode(out));
        send(null, output);
    }

    void sendRequest(long id, P to, Output<P> output) {
        header(Session.REQUEST);
        out.varint(id);
        out.u8(1);
        send(to, output);
    }

    void sendState(Collection<String> keys, @Nullable P to, Output<P> output) {
        if (keys.isEmpty()) {
            return;
        }
        headerNumbered(Session.STATE, to);
        int empty = out.size();
        for (String key : keys) {
            state.encode(key, out);
            if (out.size() > Session.BATCH_BYTES - ReplicatedState.MAX_VALUE_BYTES - ReplicatedState.MAX_KEY_BYTES) {
                sendNumbered(to, output);
                headerNumbered(Session.STATE, to);
            }
        }
        if (out.size() > empty) {
            sendNumbered(to, output);
        }
    }

    void sendClears(Bindings.Local table, List<Clear> clears, @Nullable P to, Output<P> output) {
        if (clears.isEmpty()) {
            return;
        }
        headerNumbered(Session.CLEARS, to);
        for (Clear clear : clears) {
            byte[] key = clear.key();
            if (out.size() + (key == null ? 0 : key.length) + 32 > Session.BATCH_BYTES) {
                sendNumbered(to, output);
                headerNumbered(Session.CLEARS, to);
            }
            out.i64(table.id());
            out.u8(key == null ? 1 : 0);
            out.block(key == null ? new byte[0] : key, 0, key == null ? 0 : key.length);
            out.i64(clear.epoch());
        }
        sendNumbered(to, output);
    }

    void sendUpdates(List<Bindings.Local> tables, long nowMs, Output<P> output) {
        boolean open = false;
        for (Bindings.Local table : tables) {
            if (!table.cells().isDirty()) {
                continue;
            }
            Cell cell = scratchOf(table);
            for (int s = 0; s < table.cells().shards(); s++) {
                if (!open) {
                    openUpdate();
                    open = true;
                }
                table.cells().drain(s, cell, nowMs, (origin, changed) -> {
                    sections.add(table, origin, changed);
                    if (out.size() >= Session.BATCH_BYTES - maxCellBytes(table.schema())) {
                        closeUpdate(output);
                        openUpdate();
                    }
                });
            }
        }
        if (open) {
            closeUpdate(output);
        }
    }

    private void openUpdate() {
        headerNumbered(Session.UPDATE, null);
        sections.begin(-1);
    }

    /** Numbers a message to all, so that its loss is noticed; 0 for one member. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the replicator thread
    private void sendNumbered(@Nullable P to, Output<P> output) {
        if (to == null) {
            sequence++;
        }
        send(to, output);
    }

    private void closeUpdate(Output<P> output) {
        sections.close();
        if (sections.entries() > 0) {
            stats.batchesSent.increment();
            stats.entriesSent.add(sections.entries());
            sendNumbered(null, output);
        }
    }

    /** Sends the next part of a state transfer; true when it was the last. */
    boolean sendChunk(Teaching teaching, long chunk, P to, long nowMs, Output<P> output) {
        header(Session.CHUNK);
        out.varint(teaching.requestId);
        out.varint(chunk);
        int lastFlag = out.size();
        out.u8(0);
        sections.begin(sequence); // what the cells hold is at least as new as the last batch
        teaching.fill(sections, Session.BATCH_BYTES * 3 / 4, nowMs);
        sections.close();
        out.array()[lastFlag] = (byte) (teaching.isFinished() ? 1 : 0);
        stats.cellsTaught.add(sections.entries());
        send(to, output);
        return teaching.isFinished();
    }

    private Cell scratchOf(Bindings.Local table) {
        if (scratch.size() > Session.MAX_SCHEMAS) {
            scratch.clear();
        }
        return scratch.computeIfAbsent(
                table.id(), id -> new Cell(table.cells().table().definition()));
    }

    /** An upper bound of one cell and its section header. */
    private static int maxCellBytes(Schema schema) {
        int bytes = schema.keyBytes() + 64;
        for (var column : schema.columns()) {
            bytes += column.elements() * (column.type().wire() == DataType.Wire.DICTIONARY ? 600 : 20);
        }
        return bytes;
    }

    private void header(int kind) {
        out.truncate(0);
        out.u8(Session.VERSION);
        out.u8(kind);
        out.i64(selfNode);
        out.varint(self.incarnation());
    }

    private void headerNumbered(int kind, @Nullable P to) {
        header(kind);
        out.varint(to == null ? sequence + 1 : 0);
    }

    private void send(@Nullable P to, Output<P> output) {
        stats.bytesSent.add(out.size());
        output.send(to, out.array(), out.size());
    }
}
