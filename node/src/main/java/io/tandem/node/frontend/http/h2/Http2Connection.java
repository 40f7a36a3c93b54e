// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.tandem.node.backend.Timeouts;
import io.tandem.node.frontend.ClientConnection;
import io.tandem.node.frontend.SilentDrop;
import io.tandem.node.frontend.TlsLedger;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.Facts;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A client's connection in HTTP/2: its socket, its preface and its time-outs; the rest is its {@link ClientEndpoint}'s. */
public final class Http2Connection extends ChannelInboundHandlerAdapter
        implements Transport, ClientEndpoint.Owner, ClientConnection {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** After so long without a stream a connection lets go of what streams need. */
    private static final int TRIM_AFTER_MS = 5000;

    private static final int LINGER_MS = 1000;

    /** What of the preface looks like a request in HTTP/1. */
    public static final int PREFACE_HEAD = 18;

    private final Loop loop;
    private final Facts facts;
    private final ClientEndpoint endpoint;
    private final Timer timer;
    private final Runnable onEnd;
    private @Nullable ChannelHandlerContext context;
    private int prefaceRead;
    private int idleLeftMs;
    private boolean untrimmed;
    private boolean inHandshake;
    private boolean closing;
    private boolean ended;

    /** Whether a head in HTTP/1 is the beginning of the preface. */
    public static boolean isPrefaceHead(byte[] head) {
        return Arrays.equals(head, 0, PREFACE_HEAD, PREFACE, 0, PREFACE_HEAD);
    }

    /**
     * @param prefaceRead how many bytes of the client's preface have been read
     * @param onEnd runs once when the connection has ended
     */
    public Http2Connection(Facts facts, Tuning tuning, EndpointSettings settings, int prefaceRead, Runnable onEnd) {
        loop = facts.loop;
        this.facts = facts;
        this.prefaceRead = prefaceRead;
        this.onEnd = onEnd;
        facts.httpMajor = 2;
        endpoint = new ClientEndpoint(facts, tuning, settings, this);
        timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                timeout();
            }
        };
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
        Timeouts timeouts = timeouts();
        inHandshake = facts.tls != null && facts.handshakeNs == 0;
        if (inHandshake) {
            timer.start(timeouts.client());
        } else {
            begin();
        }
    }

    private void begin() {
        Timeouts timeouts = timeouts();
        timer.start(timeouts.httpRequest() > 0 ? timeouts.httpRequest() : timeouts.client());
        endpoint.begin(this);
    }

    private Timeouts timeouts() {
        return facts.frontend.timeouts();
    }

    // ---- what arrives

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        loop.tick();
        ByteBuf in = (ByteBuf) message;
        try {
            read(in);
        } finally {
            in.release();
        }
    }

    /** Takes bytes of the client; the caller keeps {@code in}. */
    public void read(ByteBuf in) {
        while (prefaceRead < PREFACE.length && in.isReadable()) {
            if (in.readByte() != PREFACE[prefaceRead++]) {
                endpoint.refusePreface();
                return;
            }
        }
        if (prefaceRead == PREFACE.length) {
            endpoint.read(in);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        loop.tick();
        boolean writable = context.channel().isWritable();
        if (!writable) {
            timer.start(timeouts().client());
        } else if (endpoint.hasStreams()) {
            timer.stop();
        }
        endpoint.onWritable(writable);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            loop.tick();
            context.close(); // a client that no longer sends can give no window: as HAProxy, it is gone
        } else if (event instanceof SslHandshakeCompletionEvent handshake && inHandshake) {
            if (handshake.isSuccess()) {
                facts.handshakeNs = loop.tick();
                inHandshake = false;
                begin();
            } else {
                closing = true;
                context.close();
            }
            TlsLedger.handshake(facts, handshake);
        }
    }

    private void timeout() {
        ChannelHandlerContext present = context;
        if (closing || inHandshake || endpoint.isOver()) {
            if (present != null) {
                present.close();
            }
        } else if (!endpoint.hasStreams()) {
            idle();
        } else if (present != null && !present.channel().isWritable()) {
            present.close();
        }
    }

    private void idle() {
        if (untrimmed) {
            untrimmed = false;
            endpoint.trim();
            if (idleLeftMs > 0) {
                timer.start(idleLeftMs);
                return;
            }
            if (idleLeftMs < 0) {
                return; // no time-out is configured
            }
        }
        endpoint.expire();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (ended) {
            return;
        }
        loop.tick();
        ended = true;
        closing = true;
        endpoint.close();
        timer.dispose();
        onEnd.run();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        loop.failed(cause);
        context.close();
    }

    /** The process stops: no more requests, the present ones end. */
    @Override
    public void onSoftStop() {
        endpoint.drain();
    }

    // ---- what the endpoint asks for

    @Override
    public void onBusy(boolean busy) {
        if (closing) {
            return; // its time runs already
        }
        if (busy) {
            timer.stop();
        } else {
            Timeouts timeouts = timeouts();
            int idle = timeouts.httpKeepAlive() > 0 ? timeouts.httpKeepAlive() : timeouts.httpRequest();
            idleLeftMs = idle > 0 ? idle : timeouts.client();
            int first = idleLeftMs > 0 ? Math.min(idleLeftMs, TRIM_AFTER_MS) : TRIM_AFTER_MS;
            untrimmed = true;
            timer.start(first);
            idleLeftMs -= first;
        }
    }

    @Override
    public void vanish() {
        ChannelHandlerContext present = context;
        if (present != null) {
            SilentDrop.prepare(present.channel());
            present.close();
        }
    }

    @Override
    public void write(ByteBuf out) {
        ChannelHandlerContext present = context;
        if (present == null || ended) {
            out.release();
        } else {
            present.write(out, present.voidPromise());
        }
    }

    @Override
    public void flush() {
        ChannelHandlerContext present = context;
        if (present != null && !ended) {
            present.flush();
        }
    }

    @Override
    public boolean isWritable() {
        ChannelHandlerContext present = context;
        return present != null && present.channel().isWritable();
    }

    @Override
    public void reading(boolean on) {
        ChannelHandlerContext present = context;
        if (present != null && !closing && present.channel().isActive()) {
            present.channel().config().setAutoRead(on);
        }
    }

    @Override
    public void closeWhenWritten() {
        ChannelHandlerContext present = context;
        if (present != null && !closing) {
            closing = true;
            ChannelFuture written = present.writeAndFlush(Unpooled.EMPTY_BUFFER);
            if (facts.tls == null && present.channel() instanceof DuplexChannel duplex) {
                // closing with bytes unread would reset the connection, and the client might miss why
                timer.start(LINGER_MS);
                written.addListener(done -> duplex.shutdownOutput());
            } else {
                timer.start(timeouts().client());
                written.addListener(ChannelFutureListener.CLOSE);
            }
        }
    }
}
