// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import io.tandem.peers.table.Cell;
import io.tandem.peers.table.Dictionary;
import io.tandem.peers.table.Origins;

/**
 * The cells of one message, grouped by table and origin; a section begins whenever either changes.
 *
 * <pre>
 * section   i64 node | varint incarnation | i64 schema | u32 length | cell…
 * </pre>
 */
final class Sections {
    private final ByteWriter out;
    private final CellCodec codec;
    private final Origins origins;
    private final Identity self;
    private final long selfNode;
    /** The sequence this node's cells carry in a state transfer, or -1 where the message says it. */
    private long ownSequence;

    private boolean open;
    private int mark;
    private long schema;
    private int origin;
    private int entries;

    Sections(ByteWriter out, Dictionary dictionary, Origins origins, Identity self) {
        this.out = out;
        this.codec = new CellCodec(dictionary);
        this.origins = origins;
        this.self = self;
        this.selfNode = self.node();
    }

    /** Begins the sections of a new message, whose header is written already. */
    void begin(long sequenceOfOwnCells) {
        ownSequence = sequenceOfOwnCells;
        codec.reset();
        open = false;
        entries = 0;
    }

    void add(Bindings.Local table, int cellOrigin, Cell cell) {
        if (!open || table.id() != schema || cellOrigin != origin) {
            close();
            open(table.id(), cellOrigin);
        }
        if (cellOrigin == Origins.NONE && ownSequence >= 0) {
            cell.sequence = ownSequence;
        }
        codec.encode(out, table.schema(), cell, cellOrigin != Origins.NONE || ownSequence >= 0);
        entries++;
    }

    private void open(long schemaId, int cellOrigin) {
        Origins.Origin whose = cellOrigin == Origins.NONE ? null : origins.at(cellOrigin);
        out.i64(whose == null ? selfNode : whose.node());
        out.varint(whose == null ? self.incarnation() : whose.incarnation());
        out.i64(schemaId);
        mark = out.openU32();
        schema = schemaId;
        origin = cellOrigin;
        open = true;
    }

    void close() {
        if (open) {
            out.closeU32(mark);
            open = false;
        }
    }

    int entries() {
        return entries;
    }

    int size() {
        return out.size();
    }
}
