// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;

/**
 * {@code option nolinger} towards clients: a connection that is closed says so and is reset behind that. The reset alone would take
 * with it what the kernel has not sent yet.
 */
@Sharable
final class NoLinger extends ChannelOutboundHandlerAdapter {
    static final NoLinger INSTANCE = new NoLinger();

    private NoLinger() {}

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (context.channel() instanceof DuplexChannel duplex && duplex.isActive() && !duplex.isOutputShutdown()) {
            duplex.shutdownOutput().addListener(shutdown -> context.close(promise));
        } else {
            context.close(promise);
        }
    }
}
