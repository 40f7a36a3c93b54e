// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/** How one side of a connection ends while the other may go on, with TLS or without. */
public final class OutputEnd {
    private OutputEnd() {}

    /**
     * Ends our side of the connection: what is written goes first, then close_notify where it speaks TLS, then FIN. Called on its
     * loop; nothing for what is no socket.
     */
    public static void of(ChannelHandlerContext context) {
        if (!(context.channel() instanceof DuplexChannel channel)) {
            return;
        }
        RecordLayer records = RecordLayer.of(channel);
        SslHandler engine = records == null ? channel.pipeline().get(SslHandler.class) : null;
        ChannelFuture written;
        if (engine != null) {
            context.flush(); // once it has ended it takes nothing more
            written = engine.closeOutbound();
        } else {
            if (records != null) {
                records.endOutput();
            }
            written = context.writeAndFlush(Unpooled.EMPTY_BUFFER);
        }
        written.addListener(done -> channel.shutdownOutput());
    }
}
