// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * One direct buffer per loop to build messages in. While a socket has not taken the last message whole, the next ones are
 * built in small buffers of their own: a peer that reads slowly must not hold 64 KiB for each of the few bytes it is owed.
 */
final class SendBuffer {
    private static final int SIZE = 64 * 1024;
    private static final int SMALL = 512;
    /** So many messages later the shared buffer is left to whoever still holds it. */
    private static final int PATIENCE = 256;

    private final ByteBufAllocator memory;
    private @Nullable ByteBuf shared;
    private int waited;

    SendBuffer() {
        this(PooledByteBufAllocator.DEFAULT);
    }

    SendBuffer(ByteBufAllocator memory) {
        this.memory = memory;
    }

    ByteBuf take() {
        ByteBuf buffer = shared;
        if (buffer != null && buffer.refCnt() != 1) {
            if (waited < PATIENCE) {
                waited++;
                return memory.directBuffer(SMALL);
            }
            shared = null; // before anything that may fail: a buffer is given up once
            buffer.release();
            buffer = null;
        }
        waited = 0;
        if (buffer == null) {
            buffer = memory.directBuffer(SIZE);
            shared = buffer;
        }
        buffer.clear();
        return buffer.retain();
    }
}
