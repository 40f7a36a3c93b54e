// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Timeouts;
import io.tandem.node.backend.pool.Reuse;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.backend.pool.ServerUser;
import io.tandem.node.exchange.Ledger;
import io.tandem.node.exchange.ServerSearch;
import io.tandem.node.frontend.TlsLedger;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection and the one to its server: bytes pass unchanged, either side may end before the other, and a side that
 * cannot write stops the other's reads. Nothing is read from the client before the server is there.
 */
public final class TcpSession extends ChannelInboundHandlerAdapter implements ServerSearch.Seeker, ServerUser {
    private final Loop loop;
    private final Facts facts;
    private final Runnable onEnd;
    private final Ledger ledger;
    private final ServerSearch search;
    private final Timer timer;

    private @Nullable ChannelHandlerContext context;
    private @Nullable ServerConnection server;
    /** Bytes that came before the server was there. */
    private @Nullable ByteBuf early;

    private boolean clientEnded;
    private boolean serverEnded;
    private boolean over;

    /** @param onEnd runs once when the client's connection has ended */
    public TcpSession(Facts facts, Runnable onEnd) {
        this.facts = facts;
        this.onEnd = onEnd;
        loop = facts.loop;
        ledger = new Ledger(loop, facts);
        search = new ServerSearch(loop, facts, ledger, this);
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
        facts.requestsOnConnection = 1;
        facts.requestStartNs = facts.acceptedNs;
        facts.requestAtMs = facts.acceptedAtMs;
        facts.requestHeadNs = loop.nowNs();
        if (facts.tls == null) {
            seek();
        }
    }

    private void seek() {
        reading(false);
        Backend backend = facts.frontend.backendChoice().choose(facts);
        if (backend == null) {
            onServerMissing(Termination.SERVER, Termination.IN_CONNECT);
            return;
        }
        facts.backend = backend;
        ledger.backendBegins();
        search.begin(backend);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            loop.tick();
            clientEnded();
        } else if (event instanceof SslHandshakeCompletionEvent handshake) {
            facts.handshakeNs = loop.tick();
            TlsLedger.handshake(facts, handshake);
            if (handshake.isSuccess()) {
                facts.requestHeadNs = loop.nowNs();
                seek();
            } else {
                context.close();
            }
        }
    }

    // ---- the server

    @Override
    public Reuse reuse() {
        return Reuse.NONE; // what another client left behind on a connection cannot be known
    }

    @Override
    public void onConnected(ServerConnection connection) {
        search.onConnected(connection);
    }

    @Override
    public void onConnectFailed(ServerConnection connection, boolean timedOut) {
        search.onConnectFailed(timedOut);
    }

    @Override
    public void onServerFound(ServerConnection connection) {
        server = connection;
        connection.use(this);
        connection.becomeTunnel();
        ByteBuf kept = early;
        if (kept != null) {
            early = null;
            connection.write(kept);
            connection.flush();
        }
        if (clientEnded) {
            connection.shutdownOutput();
        }
        reading(true);
        restartTimer();
    }

    @Override
    public void onServerMissing(char who, char when) {
        end(who, when);
    }

    @Override
    public void onServerBytes(ByteBuf in) {
        facts.bytesOut += in.readableBytes();
        write(in.retain());
        restartTimer();
    }

    @Override
    public void onServerReadComplete() {
        ChannelHandlerContext client = context;
        ServerConnection present = server;
        if (client != null) {
            client.flush();
            if (present != null && !client.channel().isWritable()) {
                present.reading(false);
            }
        }
    }

    @Override
    public void onServerWritabilityChanged(boolean writable) {
        reading(writable);
    }

    @Override
    public void onServerHalfClosed() {
        serverEnded = true;
        ChannelHandlerContext client = context;
        if (clientEnded) {
            end(Termination.NORMAL, Termination.NORMAL);
        } else if (client != null && client.channel() instanceof DuplexChannel duplex) {
            client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> duplex.shutdownOutput());
            restartTimer();
        }
    }

    @Override
    public void onServerClosed() {
        server = null;
        if (serverEnded || clientEnded) {
            end(Termination.NORMAL, Termination.NORMAL);
        } else {
            ledger.countBoth(facts.server, ProxyCounter.SERVER_ABORTS);
            end(Termination.SERVER, Termination.IN_DATA);
        }
    }

    @Override
    public void onServerKilled(char who) {
        server = null;
        end(who, Termination.NORMAL);
    }

    @Override
    public void onServerTimeout() {
        // this session keeps one timer for both sides
    }

    // ---- the client

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        loop.tick();
        ByteBuf in = (ByteBuf) message;
        ServerConnection present = server;
        facts.bytesIn += in.readableBytes();
        if (present == null) {
            keep(in);
            return;
        }
        present.write(in);
        restartTimer();
    }

    /** The end of the client's side brings what was not read yet, whether we asked or not. */
    private void keep(ByteBuf in) {
        ByteBuf kept = early;
        if (over) {
            in.release();
            return;
        }
        if (kept == null) {
            kept = PooledByteBufAllocator.DEFAULT.directBuffer(in.readableBytes());
            early = kept;
        }
        kept.writeBytes(in);
        in.release();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        ServerConnection present = server;
        if (present != null) {
            present.flush();
            if (!present.isWritable()) {
                reading(false);
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        ServerConnection present = server;
        if (present != null) {
            loop.tick();
            present.reading(context.channel().isWritable());
            restartTimer();
        }
    }

    private void clientEnded() {
        clientEnded = true;
        ServerConnection present = server;
        if (serverEnded) {
            end(Termination.NORMAL, Termination.NORMAL);
        } else if (present != null) {
            present.shutdownOutput();
            restartTimer();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        loop.tick();
        if (!over) {
            boolean orderly = clientEnded || serverEnded;
            if (!orderly) {
                ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
            }
            char when = server != null
                    ? Termination.IN_DATA
                    : search.isQueued() ? Termination.IN_QUEUE : Termination.IN_CONNECT;
            end(orderly ? Termination.NORMAL : Termination.CLIENT, orderly ? Termination.NORMAL : when);
        }
        timer.dispose();
        onEnd.run();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        loop.failed(cause);
        context.close(); // a reset: channelInactive ends the session
    }

    // ---- time

    /** Activity of either side counts for both; a side that has ended has a limit of its own. */
    private void restartTimer() {
        Backend backend = facts.backend;
        if (backend == null) {
            return;
        }
        Timeouts front = facts.frontend.timeouts();
        Timeouts back = backend.timeouts();
        if (back.tunnel() > 0 && !clientEnded && !serverEnded) {
            timer.start(back.tunnel());
            return;
        }
        int client = clientEnded && front.clientFin() > 0 ? front.clientFin() : front.client();
        int server = serverEnded && back.serverFin() > 0 ? back.serverFin() : back.server();
        timer.start(client > 0 && server > 0 ? Math.min(client, server) : Math.max(client, server));
    }

    private void timeout() {
        Backend backend = facts.backend;
        int client = facts.frontend.timeouts().client();
        int server = backend == null ? 0 : backend.timeouts().server();
        boolean clients = client > 0 && (server == 0 || client <= server);
        ledger.countBoth(facts.server, clients ? ProxyCounter.CLIENT_ABORTS : ProxyCounter.SERVER_ABORTS);
        end(clients ? Termination.CLIENT_TIMEOUT : Termination.SERVER_TIMEOUT, Termination.IN_DATA);
    }

    private void write(ByteBuf out) {
        ChannelHandlerContext client = context;
        if (client == null || over) {
            out.release();
        } else {
            client.write(out, client.voidPromise());
        }
    }

    private void reading(boolean on) {
        ChannelHandlerContext client = context;
        // an input that has ended has nothing left to read, and its registration may be gone
        if (client != null && !clientEnded && client.channel().isActive()) {
            client.channel().config().setAutoRead(on);
        }
    }

    private void end(char who, char when) {
        if (over) {
            return;
        }
        over = true;
        timer.stop();
        if (early != null) {
            early.release();
            early = null;
        }
        facts.terminationWho = who;
        facts.terminationWhen = when;
        facts.endNs = loop.nowNs();
        ServerConnection present = server;
        server = null;
        search.dispose();
        ledger.ends();
        if (present != null) {
            if (who == Termination.NORMAL) {
                present.closeWhenWritten();
            } else {
                present.close();
            }
        }
        ChannelHandlerContext client = context;
        if (client != null) {
            client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }
}
