// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.ring;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.tandem.node.backend.Dialing;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.pool.Dialer;
import io.tandem.node.backend.pool.Greeting;
import io.tandem.node.backend.tls.ServerTls;
import io.tandem.node.frontend.Peer;
import io.tandem.node.proxyprotocol.ProxyHeader;
import io.tandem.node.tls.Session;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Sends a ring's events to one server over TCP: in frames of counted octets or in lines (RFC 6587). Connects at once and again
 * when the connection is lost; from its first connection on the ring keeps what it has not sent. Owned by its event loop.
 */
final class RingSender {
    /** As much as is handed to the kernel at once; what it has not taken is lost with a connection. */
    private static final int CHUNK = 16 * 1024;

    private static final int LAST_WORDS_S = 2;
    private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(1);

    private final EventLoop loop;
    private final Ring ring;
    private final Ring.Reader reader;
    private final Server server;
    private final boolean countsOctets;
    private final int connectTimeoutMs;
    private final int sendTimeoutMs;
    private final AtomicBoolean called = new AtomicBoolean();
    private final Runnable watcher = this::call;
    private @Nullable DuplexChannel channel;
    private @Nullable Future<?> late;
    private boolean ready;
    private boolean closed;
    private long triedAtNs;

    /**
     * What a server line of a ring says.
     *
     * @param countsOctets {@code log-proto octet-count}
     */
    record Line(Server server, boolean countsOctets) {}

    /**
     * @param connectTimeoutMs 0 for the system's own
     * @param sendTimeoutMs how long the server may take nothing while there is something for it, 0 for ever
     */
    RingSender(EventLoop loop, Ring ring, Line line, int connectTimeoutMs, int sendTimeoutMs) {
        this.loop = loop;
        this.ring = ring;
        this.server = line.server();
        this.countsOctets = line.countsOctets();
        this.connectTimeoutMs = connectTimeoutMs;
        this.sendTimeoutMs = sendTimeoutMs;
        reader = ring.reader(server.name());
    }

    void start() {
        ring.watch(watcher);
        loop.execute(this::connect);
    }

    /** Sends what is there and ends; what comes later is for its successor. */
    void stop() {
        ring.unwatch(watcher);
        loop.execute(() -> {
            closed = true;
            cancel();
            DuplexChannel present = channel;
            if (present != null) {
                flush();
                present.writeAndFlush(present.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
                loop.schedule(() -> present.close(), LAST_WORDS_S, TimeUnit.SECONDS);
            }
        });
    }

    /** Whether nothing is left to be done, as far as anything can be done now; any thread. */
    boolean isIdle() {
        return !ready || ring.isRead(reader);
    }

    /** By any thread that has brought an event: one call is under way at most. */
    private void call() {
        if (!called.get() && called.compareAndSet(false, true)) {
            loop.execute(this::onEvents);
        }
    }

    private void onEvents() {
        called.set(false);
        if (ready) {
            flush();
        }
    }

    // ---- connecting

    private void connect() {
        if (closed) {
            return;
        }
        triedAtNs = System.nanoTime();
        ready = false;
        Dialing dialing = server.description().dialing();
        InetSocketAddress socks = dialing.socks(false);
        SocketAddress target = Dialer.target(dialing, socks, server.address(), null);
        DuplexChannel opened;
        try {
            opened = Dialer.open(dialing, target, null);
        } catch (IOException | ChannelException refused) {
            again();
            return;
        }
        channel = opened;
        opened.config().setConnectTimeoutMillis(0);
        opened.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, CHUNK));
        opened.pipeline().addLast(new Ends());
        loop.register(opened);
        deadline(connectTimeoutMs);
        ProxyHeader header = dialing.header();
        Dialer.connect(opened, target).addListener(done -> {
            if (!done.isSuccess()) {
                opened.close();
                return;
            }
            Greeting.on(
                    opened,
                    socks == null ? null : server.address(),
                    header == null ? null : header.ofOurs(new Peer(), new Peer(), false),
                    granted -> onWay(opened, granted));
        });
        opened.closeFuture().addListener(gone -> again());
    }

    private void onWay(DuplexChannel opened, boolean granted) {
        ServerTls tls = server.tls();
        if (!granted) {
            opened.close();
        } else if (tls == null) {
            onReady();
        } else if (!tls.secure(opened, "", new Session(), null)) {
            opened.close(); // another configuration sends the ring's events now
        }
    }

    private void onReady() {
        cancel();
        ready = true;
        ring.attach(reader);
        flush();
    }

    /** The connection is gone: the next one at once, but one a second at most. */
    private void again() {
        cancel();
        channel = null;
        ready = false;
        long waitNs = triedAtNs + PAUSE_NS - System.nanoTime();
        if (!closed) {
            loop.schedule(this::connect, Math.max(0, waitNs), TimeUnit.NANOSECONDS);
        }
    }

    // ---- sending

    private void flush() {
        DuplexChannel present = channel;
        if (present == null || !ready) {
            return;
        }
        while (present.isWritable() && present.isActive() && !ring.isRead(reader)) {
            ByteBuf chunk = present.alloc().directBuffer(CHUNK);
            ring.read(reader, event -> frame(event, chunk));
            present.writeAndFlush(chunk);
        }
        if (present.isWritable()) {
            cancel();
        } else if (late == null) {
            deadline(sendTimeoutMs);
        }
    }

    private boolean frame(ByteBuffer event, ByteBuf out) {
        if (out.readableBytes() >= CHUNK) {
            return false;
        }
        if (countsOctets) {
            ByteBufUtil.writeAscii(out, event.remaining() + " ");
            out.writeBytes(event);
        } else {
            out.writeBytes(event);
            out.writeByte('\n');
        }
        return true;
    }

    private void deadline(int ms) {
        DuplexChannel present = channel;
        if (ms > 0 && present != null) {
            late = loop.schedule(() -> present.close(), ms, TimeUnit.MILLISECONDS);
        }
    }

    private void cancel() {
        Future<?> running = late;
        late = null;
        if (running != null) {
            running.cancel(false);
        }
    }

    /** Hears when there is room again; what a log server says is thrown away. */
    private final class Ends extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (context.channel().isWritable()) {
                cancel();
                flush();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof SslHandshakeCompletionEvent handshake) {
                if (handshake.isSuccess()) {
                    onReady();
                } else {
                    context.close();
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
