// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.tandem.node.loop.SlowPeer;
import io.tandem.node.tls.OutputEnd;

/** The client's side of a TCP session: its socket, with TLS or without. Runs on the connection's loop. */
final class ClientPipe {
    private final ChannelHandlerContext context;

    ClientPipe(ChannelHandlerContext context) {
        this.context = context;
    }

    /** Writes without flushing; {@code out} is given away. */
    void write(ByteBuf out) {
        context.write(SlowPeer.lean(out, context.channel()), context.voidPromise());
    }

    void flush() {
        context.flush();
    }

    /** Whether the socket takes more. */
    boolean isWritable() {
        return context.channel().isWritable();
    }

    /** Whether the socket has taken all that was flushed. */
    boolean hasNothingPending() {
        ChannelOutboundBuffer pending = context.channel().unsafe().outboundBuffer();
        return pending == null || pending.isEmpty();
    }

    /** Whether more is read. */
    void reading(boolean on) {
        if (context.channel().isActive()) {
            context.channel().config().setAutoRead(on);
        }
    }

    /** Runs {@code then} when all is sent that was written, or never will be. */
    void afterAll(Runnable then) {
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> then.run());
    }

    /** Ends our side; the client may go on. */
    void endOutput() {
        OutputEnd.of(context);
    }

    /** Ends the connection when all is sent that was written. */
    void closeWhenSent() {
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** Ends it at once, whatever is still to be sent. */
    void close() {
        context.close();
    }
}
