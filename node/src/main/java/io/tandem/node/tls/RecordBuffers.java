// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tandem.node.loop.LoopLocal;
import org.jspecify.annotations.Nullable;

/**
 * The buffers that the TLS connections of one loop share, so that an idle one owns none: clear text that was read, clear text
 * that waits to be sent, and records. Made when the loop has its first TLS connection.
 */
final class RecordBuffers {
    static final LoopLocal<RecordBuffers> ALL = new LoopLocal<>(loop -> new RecordBuffers());

    /** The most clear text in one record (RFC 8446 5.1). */
    static final int RECORD = 16 * 1024;

    private static final int CLEAR = 2 * RECORD;
    /** Two records and what goes around them; a handshake's tail takes more than one. */
    private static final int SEALED = 2 * RECORD + 4 * 1024;
    /** So many buffers later the shared one is left to whoever still holds it. */
    private static final int PATIENCE = 256;

    /** Clear text of {@link #author}, to become a record. */
    final ByteBuf staged = PooledByteBufAllocator.DEFAULT.directBuffer(RECORD, RECORD);

    /** Whose clear text is staged; null for nobody's. */
    @Nullable RecordWriter author;

    private @Nullable ByteBuf clear;
    private @Nullable ByteBuf sealed;
    private int waited;

    private RecordBuffers() {}

    /** An empty buffer to decrypt into, with room for a record at least; the caller owns one reference. */
    ByteBuf clear() {
        ByteBuf buffer = clear;
        if (buffer == null || buffer.refCnt() != 1) {
            clear = null; // before anything that may fail: a buffer is given up once
            if (buffer != null) {
                buffer.release();
            }
            buffer = PooledByteBufAllocator.DEFAULT.directBuffer(CLEAR, CLEAR);
            clear = buffer;
        }
        buffer.clear();
        return buffer.retain();
    }

    /**
     * An empty buffer for records; the caller owns one reference. While a socket has not taken the last one whole it is one
     * of its own: a peer that reads slowly must not hold the shared one for the few bytes it is owed.
     *
     * @param bytes how much is to be written
     */
    ByteBuf sealed(int bytes) {
        if (bytes > SEALED) {
            return PooledByteBufAllocator.DEFAULT.directBuffer(
                    bytes); // records of a few bytes each are nearly all heads
        }
        ByteBuf buffer = sealed;
        if (buffer != null && buffer.refCnt() != 1) {
            if (waited < PATIENCE) {
                waited++;
                return PooledByteBufAllocator.DEFAULT.directBuffer(bytes);
            }
            sealed = null;
            buffer.release();
            buffer = null;
        }
        waited = 0;
        if (buffer == null) {
            buffer = PooledByteBufAllocator.DEFAULT.directBuffer(SEALED, SEALED);
            sealed = buffer;
        }
        buffer.clear();
        return buffer.retain();
    }
}
