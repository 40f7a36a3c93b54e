// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.tandem.node.frontend.TlsLedger;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Verdict;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@code tcp-request session} and {@code tcp-request content} before a TCP connection is handed on. It holds back what
 * the client sends, at most {@code tune.bufsize}, until the rules have decided or their inspection delay is over; then the
 * session takes its place behind it, and gets the bytes held with its first read. Runs on the connection's loop.
 */
public final class ContentInspection extends ChannelDuplexHandler {
    private final Loop loop;
    private final Facts facts;
    private final Supplier<ChannelHandler> session;
    private final Runnable onEnd;
    private final Timer delay;
    private final int limit;

    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private @Nullable ChannelHandlerContext context;
    private @Nullable SslHandshakeCompletionEvent handshake;
    private boolean inputEnded;
    private boolean decided;
    private boolean begun;

    /**
     * @param session makes the handler that takes over; it begins by reading nothing
     * @param limit the most bytes to hold
     * @param onEnd runs once if the connection ends before it was handed on
     */
    public ContentInspection(Facts facts, int limit, Supplier<ChannelHandler> session, Runnable onEnd) {
        this.facts = facts;
        this.limit = limit;
        this.session = session;
        this.onEnd = onEnd;
        loop = facts.loop;
        delay = new Timer(loop) {
            @Override
            protected void onTimeout() {
                judge();
            }
        };
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
        if (facts.tls == null) {
            begin();
        }
    }

    private void begin() {
        begun = true;
        Verdict verdict = facts.frontend.sessionRules().judge(facts);
        if (verdict == Verdict.CLOSE || verdict == Verdict.REPLY) {
            refuse();
            return;
        }
        int delayMs = facts.frontend.inspectDelayMs();
        if (delayMs > 0) {
            delay.start(delayMs);
        }
        judge();
    }

    /** Asks the content rules with the bytes there are. */
    private void judge() {
        if (decided || !begun) {
            return;
        }
        int length = held.readableBytes();
        facts.content = new byte[length];
        held.getBytes(held.readerIndex(), facts.content);
        facts.contentStart = 0;
        facts.contentEnd = length;
        facts.contentFinal = !delay.isRunning() || inputEnded || length >= limit;
        Verdict verdict = facts.frontend.contentRules().judge(facts);
        boolean waits = verdict == Verdict.WAIT && !facts.contentFinal;
        facts.contentFinal = true;
        if (waits) {
            return;
        }
        if (verdict == Verdict.CLOSE || verdict == Verdict.REPLY) {
            refuse();
        } else {
            handOn();
        }
    }

    private void refuse() {
        decided = true;
        delay.stop();
        ChannelHandlerContext client = context;
        if (client != null) {
            client.close();
        }
    }

    private void handOn() {
        decided = true;
        delay.dispose();
        ChannelHandlerContext client = context;
        if (client == null) {
            return;
        }
        client.pipeline().addAfter(client.name(), null, session.get());
        SslHandshakeCompletionEvent event = handshake;
        if (event != null) {
            client.fireUserEventTriggered(event);
        }
        if (client.channel().config().isAutoRead()) {
            release(client);
        }
    }

    /** The session wants to read: it gets what was held, and this handler is done. */
    private void release(ChannelHandlerContext client) {
        ByteBuf bytes = held;
        held = Unpooled.EMPTY_BUFFER;
        context = null;
        if (bytes.isReadable()) {
            client.fireChannelRead(bytes);
            client.fireChannelReadComplete();
        } else {
            bytes.release();
        }
        if (inputEnded) {
            client.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        client.pipeline().remove(this);
    }

    @Override
    public void read(ChannelHandlerContext client) {
        if (decided && context != null) {
            release(client);
        }
        client.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext client, Object message) {
        loop.tick();
        ByteBuf in = (ByteBuf) message;
        // The received bytes may lie in a buffer the whole loop shares: they are copied to be kept.
        ByteBuf more = client.alloc().heapBuffer(held.readableBytes() + in.readableBytes());
        more.writeBytes(held).writeBytes(in);
        held.release();
        in.release();
        held = more;
        if (held.readableBytes() >= limit) {
            client.channel().config().setAutoRead(false);
        }
        judge();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext client) {
        if (decided && context == null) {
            client.fireChannelReadComplete();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext client, Object event) {
        loop.tick();
        if (event instanceof SslHandshakeCompletionEvent completion) {
            facts.handshakeNs = loop.nowNs();
            if (completion.isSuccess()) {
                handshake = completion;
                begin();
            } else {
                TlsLedger.handshake(facts, completion);
                client.close();
            }
        } else if (event == ChannelInputShutdownEvent.INSTANCE) {
            inputEnded = true;
            judge();
        } else {
            client.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext client) {
        delay.dispose();
        if (decided && client.pipeline().last() != this) {
            client.fireChannelInactive();
        } else {
            onEnd.run();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext client) {
        held.release();
        held = Unpooled.EMPTY_BUFFER;
        delay.dispose();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext client, Throwable cause) {
        client.close();
    }
}
