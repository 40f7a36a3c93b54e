// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * What is written to a peer that has not taken what it was sent before. A piece of a buffer holds all of that buffer: a server
 * that sends little at a time and a client that does not read would hold a loop's whole receive buffer for every few bytes.
 */
public final class SlowPeer {
    /** Half of a receive buffer: what is larger holds at most as much again. */
    private static final int COPIED = ReceiveBuffer.DEFAULT_SIZE / 2;

    private SlowPeer() {}

    /**
     * What to write instead of {@code out}: itself, or, where it would wait and is small, a copy of its own size.
     *
     * @param out given away
     * @return given away likewise
     */
    public static ByteBuf lean(ByteBuf out, Channel channel) {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        if (waiting == null || waiting.isEmpty() || out.readableBytes() > COPIED) {
            return out;
        }
        try {
            int length = out.readableBytes();
            return PooledByteBufAllocator.DEFAULT.directBuffer(length, length).writeBytes(out);
        } finally {
            out.release();
        }
    }
}
