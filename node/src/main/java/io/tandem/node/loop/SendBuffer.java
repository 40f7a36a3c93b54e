// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** One direct buffer per loop to build messages in; replaced only while a socket has not taken the last one whole. */
final class SendBuffer {
    private static final int SIZE = 64 * 1024;

    private @Nullable ByteBuf shared;

    ByteBuf take() {
        ByteBuf buffer = shared;
        if (buffer == null || buffer.refCnt() != 1) {
            if (buffer != null) {
                buffer.release();
            }
            buffer = PooledByteBufAllocator.DEFAULT.directBuffer(SIZE);
            shared = buffer;
        }
        buffer.clear();
        return buffer.retain();
    }
}
