// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.tandem.node.backend.Timeouts;
import io.tandem.node.frontend.ClientConnection;
import io.tandem.node.frontend.SilentDrop;
import io.tandem.node.frontend.TlsLedger;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.SlowPeer;
import io.tandem.node.loop.Timer;
import io.tandem.node.rules.Facts;
import io.tandem.node.socket.SocketOptions;
import io.tandem.node.tls.OutputEnd;
import org.jspecify.annotations.Nullable;

/**
 * What a client's connection is in any version of HTTP: a socket, a handshake before the first byte, one timer, and an end.
 * All calls come on its loop.
 */
public abstract class HttpConnection extends ChannelInboundHandlerAdapter implements ClientConnection {
    protected final Loop loop;
    protected final Facts facts;
    protected final Timer timer;
    private final Runnable onEnd;
    private @Nullable ChannelHandlerContext context;
    private boolean ended;
    /** Our side has ended, or will once all is sent; the client's is read to its end. */
    private boolean lingering;

    /** Something was written and not flushed: to TLS an empty flush is an empty record's work. */
    private boolean unflushed;

    /** @param onEnd runs once when the connection has ended, unless another one has taken it over */
    protected HttpConnection(Facts facts, Runnable onEnd) {
        this.facts = facts;
        this.onEnd = onEnd;
        loop = facts.loop;
        timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                timeIsOver();
            }
        };
    }

    /** Where it stands in its pipeline, or null before it does. */
    protected final @Nullable ChannelHandlerContext context() {
        return context;
    }

    @Override
    public final void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
        if (isInHandshake()) {
            timer.start(timeouts().client()); // for the handshake; the request's time begins after it
        } else {
            begin();
        }
    }

    /** The client's own bytes come next. */
    protected abstract void begin();

    /** Takes bytes of the client; the caller keeps {@code in}. */
    protected abstract void read(ByteBuf in);

    /** The client has sent its last byte. */
    protected abstract void onInputEnd();

    /** Whether nothing that comes is looked at any more. */
    protected abstract boolean isClosing();

    /** The time given to {@link #timer} is over. */
    protected abstract void onTimeout();

    /** The connection has ended: what it owns is let go. Called once. */
    protected abstract void onClosed();

    // ---- time

    protected final Timeouts timeouts() {
        return facts.frontend.timeouts();
    }

    /** Waits for the first request, from now on. */
    protected final void expectFirstRequest() {
        Timeouts timeouts = timeouts();
        timer.start(timeouts.httpRequest() > 0 ? timeouts.httpRequest() : timeouts.client());
    }

    /** How long the connection may be without a request between two; milliseconds, 0 for as long as it likes. */
    protected final int idleTimeoutMs() {
        Timeouts timeouts = timeouts();
        int idle = timeouts.httpKeepAlive() > 0 ? timeouts.httpKeepAlive() : timeouts.httpRequest();
        return idle > 0 ? idle : timeouts.client();
    }

    private void timeIsOver() {
        ChannelHandlerContext present = context;
        if (isInHandshake() && present != null) {
            present.pipeline()
                    .fireUserEventTriggered(new SslHandshakeCompletionEvent(
                            new SslHandshakeTimeoutException("the client did not finish the handshake in time")));
        } else {
            onTimeout();
        }
    }

    // ---- what arrives

    /** Whether TLS is still being agreed upon, or has not been. */
    protected final boolean isInHandshake() {
        return facts.tls != null && facts.handshakeNs == 0;
    }

    @Override
    public final void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            loop.tick();
            onInputEnd();
        } else if (event instanceof SslHandshakeCompletionEvent handshake && isInHandshake() && !isClosing()) {
            if (handshake.isSuccess()) {
                facts.handshakeNs = loop.tick();
                onSecured();
            } else {
                abort(); // its line says all there is to say
            }
            TlsLedger.handshake(facts, handshake);
        }
    }

    /** TLS is agreed upon. */
    protected void onSecured() {
        begin();
    }

    @Override
    public final void channelRead(ChannelHandlerContext context, Object message) {
        loop.tick();
        ByteBuf in = (ByteBuf) message;
        try {
            read(in);
        } finally {
            in.release();
        }
    }

    @Override
    public final void channelInactive(ChannelHandlerContext context) {
        if (ended) {
            return;
        }
        loop.tick();
        ended = true;
        onClosed();
        timer.dispose();
        onEnd.run();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        loop.failed(cause);
        context.close(); // a reset, or TLS that cannot go on: channelInactive tells who must know
    }

    /** Another handler takes the connection over, and tells of its end. */
    protected final void handOver() {
        timer.dispose();
        ended = true;
    }

    /** Whether bytes wait in the kernel: a loop that is late may have the next request before it. */
    protected final boolean hasUnread() {
        ChannelHandlerContext present = context;
        return present != null
                && present.channel() instanceof UnixChannel unix
                && SocketOptions.hasUnread(unix.fd().intValue());
    }

    // ---- what is written

    /** Writes without flushing; {@code out} is given away. */
    public final void write(ByteBuf out) {
        ChannelHandlerContext present = context;
        if (present == null || ended) {
            out.release();
        } else {
            unflushed = true;
            present.write(SlowPeer.lean(out, present.channel()), present.voidPromise());
        }
    }

    /** Sends what has been written. */
    public void flush() {
        ChannelHandlerContext present = context;
        if (present != null && !ended && unflushed) {
            unflushed = false;
            present.flush();
        }
    }

    /** Whether the socket takes more. */
    public final boolean isWritable() {
        ChannelHandlerContext present = context;
        return present != null && present.channel().isWritable();
    }

    /** Whether more is read, as long as the connection is there. */
    protected final void autoRead(boolean on) {
        ChannelHandlerContext present = context;
        if (present != null && present.channel().isActive()) {
            present.channel().config().setAutoRead(on);
        }
    }

    // ---- how it ends

    /** Ends it when all that has been written is sent, which must not take longer than {@code timeout client}. */
    protected final void closeWhenSent(ChannelHandlerContext present) {
        timer.start(timeouts().client());
        present.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /**
     * Ends our side and reads on for {@code limitMs}: a system that closes a socket with bytes unread resets it, and the
     * client would lose the answer (RFC 9112 section 9.6).
     */
    protected final void linger(ChannelHandlerContext present, int limitMs) {
        lingering = true;
        timer.start(limitMs);
        autoRead(true);
        shutdownOutput();
    }

    /** The client has ended as well: nothing is unread any more, and what is still to be sent goes first. */
    protected final void endLingering() {
        ChannelHandlerContext present = context;
        if (present != null && lingering) {
            present.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Ends our side alone when all that has been written is sent. */
    public void shutdownOutput() {
        ChannelHandlerContext present = context;
        if (present != null) {
            OutputEnd.of(present);
        }
    }

    /** Ends it at once, whatever is still to be sent. */
    public void abort() {
        ChannelHandlerContext present = context;
        if (present != null) {
            present.close();
        }
    }

    /** Ends it on our side only, as far as the system lets us: the client is not told. */
    public final void vanish() {
        ChannelHandlerContext present = context;
        if (present != null) {
            SilentDrop.prepare(present.channel());
        }
        abort();
    }
}
