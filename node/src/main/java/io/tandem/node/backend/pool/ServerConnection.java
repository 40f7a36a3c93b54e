// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.DuplexChannelConfig;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.SlowPeer;
import io.tandem.node.loop.Timer;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.ServerEnd;
import io.tandem.node.tls.OutputEnd;
import io.tandem.node.tls.Session;
import java.net.InetSocketAddress;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server, used by one exchange after the other. Translates between Netty and its {@link ServerUser};
 * without one it is idle in its pool, where anything but silence closes it.
 */
public final class ServerConnection extends ChannelInboundHandlerAdapter implements ServerEnd {
    private final Loop loop;
    private final ServerPool pool;
    private final ConnectionKey key;
    private final DuplexChannel channel;
    private final Timer timer;
    private final Approach approach;
    private Server server;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ServerSeeker seeker;
    private @Nullable ServerUser user;
    private boolean connected;
    private boolean closed;
    private boolean inputEnded;
    private boolean reset;
    private IntSupplier glitches = ServerEnd.NO_GLITCHES;
    private int uses = 1;
    // the list it is in, of those in use or of those alike that are idle, and its neighbours there; managed by the list
    @Nullable ConnectionList list;

    @Nullable ServerConnection older;

    @Nullable ServerConnection newer;

    /** Whether it waits for anybody who may use it; managed by the pool. */
    boolean idle;
    /** Whether {@code strict-maxconn} counts it. */
    boolean counts;
    /** Which of the server's addresses it leads to, counted by the pool. */
    int era;

    /** Whether only the client that opened it may use it again. */
    private boolean isPrivate;

    /** @param channel made by {@link Dialer}, not yet registered */
    ServerConnection(
            Loop loop, ServerPool pool, ConnectionKey key, Server server, ServerSeeker seeker, DuplexChannel channel) {
        this.loop = loop;
        this.pool = pool;
        this.key = key.copy();
        isPrivate = key.isPrivate();
        pool.onOpening(this);
        this.server = server;
        this.seeker = seeker;
        this.channel = channel;
        approach = new Approach(this, channel, loop);
        timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                timeout();
            }
        };
    }

    void connect(Facts facts, int timeoutMs) {
        approach.prepare(server, facts);
        timer.start(timeoutMs);
        approach.dial(server, facts);
    }

    /** Whether somebody waits for it, and it may still come. */
    boolean isUnderWay() {
        return seeker != null && !closed;
    }

    /** It can be used, or the attempt has failed. */
    void onReached(boolean success) {
        ServerSeeker present = seeker;
        if (present == null || closed) {
            return;
        }
        timer.stop();
        if (success) {
            connected = true;
            seeker = null;
            approach.end();
            present.onConnected(this);
        } else {
            fail(present, false);
        }
    }

    private void fail(ServerSeeker present, boolean timedOut) {
        seeker = null;
        markClosed();
        channel.close();
        present.onConnectFailed(this, timedOut);
    }

    private void timeout() {
        ServerUser present = user;
        ServerSeeker waiting = seeker;
        if (present != null) {
            present.onServerTimeout();
        } else if (waiting != null) {
            fail(waiting, true);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        loop.tick();
        ByteBuf in = (ByteBuf) message;
        try {
            ServerUser present = user;
            if (present == null) {
                close(); // nothing was asked: whatever it says belongs to no request
            } else {
                present.onServerBytes(in);
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        ServerUser present = user;
        if (present != null) {
            present.onServerReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        ServerUser present = user;
        if (present != null) {
            loop.tick();
            present.onServerWritabilityChanged(channel.isWritable());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            loop.tick();
            approach.onHandshake(handshake);
        } else if (event == ChannelInputShutdownEvent.INSTANCE || event == SslCloseCompletionEvent.SUCCESS) {
            loop.tick();
            inputEnded = true;
            ServerUser present = user;
            if (present == null) {
                close();
            } else {
                present.onServerHalfClosed();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (closed) {
            return;
        }
        loop.tick();
        if (seeker != null && approach.session() != null) {
            onReached(false); // it went away before TLS was agreed upon
            return;
        }
        markClosed();
        ServerUser present = user;
        if (present != null && connected) {
            user = null;
            present.onServerClosed();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        loop.failed(cause);
        reset = true;
        context.close(); // a reset, or a write to a closed socket: channelInactive tells the user
    }

    /** Takes it out of the pool for {@code server}, as a later configuration may describe it. */
    void takeUp(Server server) {
        this.server = server;
        uses++;
    }

    /** Whether the server speaks HTTP/2 on it: configured so, or agreed upon by ALPN. */
    public boolean speaksHttp2() {
        Session session = approach.session();
        return server.description().dialing().speaksHttp2()
                || (session != null && session.alpn().equals("h2"));
    }

    /** Says who hears of it from now on. */
    public void use(ServerUser user) {
        this.user = user;
    }

    /**
     * Whether the system refused the attempt to connect before a packet left: a unix socket that is not there, a network
     * without a way to it.
     */
    public boolean wasRefusedAtOnce() {
        return approach.wasRefusedAtOnce();
    }

    /** Whether somebody still waits for it to be established. */
    public boolean isAwaited() {
        return seeker != null;
    }

    /** Whether it ended by a failure: a reset, say. */
    public boolean wasReset() {
        return reset;
    }

    /** Whether another exchange used it before. */
    public boolean isReused() {
        return uses > 1;
    }

    public Server server() {
        return server;
    }

    ServerState state() {
        return server.state();
    }

    public boolean isOpen() {
        return !closed && channel.isActive();
    }

    /** Whether it leads to where the server is now: otherwise no further exchange may use it. */
    public boolean isCurrent() {
        return pool.isCurrent(this);
    }

    /** Facts about its TLS; null without. */
    public @Nullable TlsFacts tls() {
        return approach.session();
    }

    @Override
    public @Nullable InetSocketAddress localAddress() {
        return channel.localAddress() instanceof InetSocketAddress inet ? inet : null;
    }

    @Override
    public @Nullable InetSocketAddress destination() {
        return approach.destination();
    }

    @Override
    public int httpMajor() {
        return speaksHttp2() ? 2 : 1;
    }

    /** Its protocol has begun, and counts what the server does that a good one does not. */
    public void counting(IntSupplier glitches) {
        this.glitches = glitches;
    }

    @Override
    public int glitches() {
        return glitches.getAsInt();
    }

    @Override
    public Channel socket() {
        return channel;
    }

    /** Writes without flushing; {@code out} is given away. */
    public void write(ByteBuf out) {
        ChannelHandlerContext present = context;
        if (present == null || closed) {
            out.release();
        } else {
            present.write(SlowPeer.lean(out, present.channel()), present.voidPromise());
        }
    }

    public void flush() {
        ChannelHandlerContext present = context;
        if (present != null && !closed) {
            present.flush();
        }
    }

    public boolean isWritable() {
        return channel.isWritable();
    }

    /** Whether more is read from the server; back-pressure of the client. */
    public void reading(boolean on) {
        if (!closed && !inputEnded && channel.isActive()) {
            channel.config().setAutoRead(on);
        }
    }

    /** From now on the server must say something within {@code timeoutMs}; 0 for as long as it likes. */
    public void expect(int timeoutMs) {
        timer.start(timeoutMs);
    }

    /** From now on either side may end before the other. */
    public void becomeTunnel() {
        ((DuplexChannelConfig) channel.config()).setAllowHalfClosure(true);
    }

    /** Ends our side once all is written; the server may go on sending. */
    public void shutdownOutput() {
        ChannelHandlerContext present = context;
        if (present != null && !closed) {
            OutputEnd.of(present);
        }
    }

    /** Ends it once all is written; its user hears nothing more. */
    public void closeWhenWritten() {
        ChannelHandlerContext present = context;
        user = null;
        timer.stop();
        if (present == null || closed) {
            close();
        } else {
            present.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** What it was opened with. */
    public ConnectionKey key() {
        return key;
    }

    /** From now on it serves this client alone: it has authenticated the client, say. */
    public void makePrivate() {
        isPrivate = true;
    }

    public boolean isPrivate() {
        return isPrivate;
    }

    /** Its exchange is over: it waits, unread but for its end, in the list it is put into next. */
    void rest() {
        user = null;
        timer.stop();
        if (isOpen()) {
            channel.config().setAutoRead(true);
        }
    }

    /** Keeps it for other clients if that is worth it; false where it is to be closed. */
    boolean keep(boolean scarce) {
        return pool.keep(this, key, scarce);
    }

    /** Ends it; its user hears nothing more. */
    public void close() {
        if (closed) {
            return;
        }
        user = null;
        seeker = null;
        markClosed();
        channel.close();
    }

    private void markClosed() {
        closed = true;
        timer.dispose();
        pool.onGone(this);
        if (counts) {
            pool.state.sessions().onClosed();
        }
    }

    /** Ends it, and the session that uses it; an attempt to connect goes on. */
    void kill(char who) {
        ServerUser present = user;
        if (present == null || closed) {
            return;
        }
        user = null;
        markClosed();
        channel.close();
        present.onServerKilled(who);
    }
}
