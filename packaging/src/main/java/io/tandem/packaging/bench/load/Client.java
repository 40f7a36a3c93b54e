// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.jspecify.annotations.Nullable;

/** One connection of a load generator. */
final class Client extends ChannelInboundHandlerAdapter {
    private final ClientOwner owner;
    private final AnswerReader answer = new AnswerReader();
    private @Nullable ChannelHandlerContext context;
    private boolean usable;
    private boolean ended;

    /** When the request under way was due; 0 if there is none. */
    private long dueNs;

    Client(ClientOwner owner) {
        this.owner = owner;
    }

    boolean isWaiting() {
        return dueNs != 0;
    }

    /** How long its request has been due; 0 if there is none. */
    long waitedNs() {
        return dueNs == 0 ? 0 : System.nanoTime() - dueNs;
    }

    void send(ByteBuf request, long whenDueNs) {
        dueNs = whenDueNs;
        if (context != null) {
            context.writeAndFlush(request, context.voidPromise());
        }
    }

    void close() {
        ended = true;
        if (context != null) {
            context.close();
        }
    }

    void onConnectFailed() {
        end();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (!owner.plan().tls()) {
            usable = true;
            owner.onUsable(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                usable = true;
                owner.onUsable(this);
            } else {
                ctx.close();
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            while (bytes.isReadable() && isWaiting()) {
                if (!answer.read(bytes)) {
                    return;
                }
                long due = dueNs;
                dueNs = 0;
                owner.onAnswer(this, due, answer.status());
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    private void end() {
        if (!ended) {
            ended = true;
            owner.onEnd(this, usable, isWaiting());
        }
    }
}
