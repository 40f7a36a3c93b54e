// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** Whether a peer is held, and what it had sent by then: no more than what one read brought, since nothing more is read. */
final class HeldInput {
    private boolean held;
    private @Nullable ByteBuf unread;

    boolean isHeld() {
        return held;
    }

    /** From now on what comes is kept. */
    void begin() {
        held = true;
    }

    /** Keeps all of {@code in}. */
    void keep(ByteBuf in) {
        ByteBuf kept = unread;
        if (kept == null) {
            kept = PooledByteBufAllocator.DEFAULT.directBuffer(in.readableBytes());
            unread = kept;
        }
        kept.writeBytes(in);
    }

    /** It is held no longer; what was kept, from now on the caller's to release, or null. */
    @Nullable ByteBuf end() {
        held = false;
        ByteBuf kept = unread;
        unread = null;
        return kept;
    }

    /** The connection has ended. */
    void dispose() {
        ByteBuf kept = end();
        if (kept != null) {
            kept.release();
        }
    }
}
