// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.jspecify.annotations.Nullable;

/** One connection of a {@link GeneratorRun}. */
final class Client extends ChannelInboundHandlerAdapter {
    private final GeneratorRun run;
    private final AnswerReader answer = new AnswerReader();
    private @Nullable ChannelHandlerContext context;
    private boolean usable;
    private boolean ended;

    /** When the request under way was due; 0 if there is none. */
    private long dueNs;

    Client(GeneratorRun run) {
        this.run = run;
    }

    boolean isWaiting() {
        return dueNs != 0;
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
        if (!run.plan().tls()) {
            usable = true;
            run.onUsable(this);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                usable = true;
                run.onUsable(this);
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
                run.onAnswer(this, due, answer.status());
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
            run.onEnd(this, usable, isWaiting());
        }
    }
}
