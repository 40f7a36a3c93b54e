// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.pool.Reuse;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.backend.pool.ServerUser;
import io.tandem.node.exchange.Ledger;
import io.tandem.node.exchange.ServerSearch;
import io.tandem.node.frontend.TlsLedger;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.language.Mode;
import io.tandem.node.loop.Loop;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection and the one to its server: bytes pass unchanged, either side may end before the other, and a side that
 * cannot write stops the other's reads.
 *
 * <p>Time-outs as HAProxy's: a side that is silent for too long counts as ended, which the other side is told; the first
 * such event is what the log names.
 */
public final class TcpSession extends ChannelInboundHandlerAdapter implements ServerSearch.Seeker, ServerUser {
    private enum Phase {
        /** Waiting for the handshake, or for bytes that rules of the backend want to see. */
        INSPECTING,
        /** A server is sought, or connected to. */
        SEARCHING,
        FLOWING,
        /** Both sides have ended; the last bytes go to the client. */
        LAST,
        OVER
    }

    private final Loop loop;
    private final Facts facts;
    private final int limit;
    private final Supplier<ChannelHandler> http;
    private final Runnable onEnd;
    private final Ledger ledger;
    private final ServerSearch search;
    private final Inactivity inactivity;

    private Phase phase = Phase.INSPECTING;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ServerConnection server;
    /** Bytes that came before the server was there. */
    private @Nullable ByteBuf early;
    /** Holds the client's first bytes while rules of the backend judge them. */
    private @Nullable Inspection request;
    /** Holds the server's first bytes while rules judge them. */
    private @Nullable Inspection response;

    private boolean clientEnded;
    private boolean serverEnded;

    /**
     * @param limit the most bytes rules may hold back in a direction
     * @param http makes the handler that takes over where the backend speaks HTTP; it calls {@code onEnd} by itself
     * @param onEnd runs once when the client's connection has ended
     */
    public TcpSession(Facts facts, int limit, Supplier<ChannelHandler> http, Runnable onEnd) {
        this.facts = facts;
        this.http = http;
        this.limit = limit;
        this.onEnd = onEnd;
        loop = facts.loop;
        ledger = new Ledger(loop, facts);
        search = new ServerSearch(loop, facts, ledger, this);
        inactivity = new Inactivity(loop) {
            @Override
            void onClientSilent() {
                TcpSession.this.onClientSilent();
            }

            @Override
            void onServerSilent() {
                TcpSession.this.onServerSilent();
            }
        };
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
        facts.requestsOnConnection = 1;
        facts.requestStartNs = facts.acceptedNs;
        facts.requestAtMs = facts.acceptedAtMs;
        facts.requestHeadNs = facts.acceptedNs; // all that comes before the connection to the server counts as waiting
        facts.queuedNs = facts.acceptedNs;
        if (facts.tls == null) {
            seek();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            loop.tick();
            onClientEnded();
        } else if (event instanceof SslHandshakeCompletionEvent handshake) {
            facts.handshakeNs = loop.tick();
            TlsLedger.handshake(facts, handshake);
            if (handshake.isSuccess()) {
                seek();
            } else {
                context.close();
            }
        }
    }

    // ---- backend and server

    private void seek() {
        inactivity.begin(facts.frontend.timeouts().client(), facts.acceptedNs);
        Backend backend = facts.frontend.backendChoice().choose(facts);
        if (backend == null) {
            onServerMissing(Termination.SERVER, Termination.IN_CONNECT);
            return;
        }
        if (backend.mode() == Mode.HTTP) {
            becomeHttp();
            return;
        }
        facts.backend = backend;
        ledger.backendBegins();
        if (backend.contentRules().isEmpty()) {
            search(backend);
            return;
        }
        Inspection inspection = new Inspection(facts, limit, this::judgeRequest);
        request = inspection;
        inspection.begin(backend.inspectDelayMs());
        judgeRequest();
    }

    /** The backend speaks HTTP, and so does this connection from now on; nothing has been read yet. */
    private void becomeHttp() {
        ChannelHandlerContext client = context;
        if (client == null) {
            return;
        }
        phase = Phase.OVER;
        inactivity.dispose();
        search.dispose();
        context = null;
        facts.requestHeadNs = 0;
        facts.queuedNs = 0;
        facts.requestsOnConnection = 0;
        client.pipeline().addAfter(client.name(), null, http.get());
        client.pipeline().remove(this);
    }

    /** Asks the backend's content rules with the bytes there are. */
    private void judgeRequest() {
        Inspection inspection = request;
        Backend backend = facts.backend;
        if (phase != Phase.INSPECTING || inspection == null || backend == null) {
            return;
        }
        switch (inspection.judge(backend.contentRules())) {
            case WAIT -> {}
            case CLOSE, REPLY -> {
                facts.backend = backend;
                end(Termination.PROXY, Termination.IN_REQUEST);
            }
            case CONTINUE, ACCEPT -> {
                request = null;
                early = inspection.isEmpty() ? null : inspection.take();
                inspection.dispose();
                search(backend);
            }
        }
    }

    private void search(Backend backend) {
        phase = Phase.SEARCHING;
        search.begin(backend);
    }

    @Override
    public Reuse reuse() {
        return Reuse.NONE; // what another client left behind on a connection cannot be known
    }

    @Override
    public void onServerFound(ServerConnection connection) {
        Backend backend = facts.backend;
        if (backend == null) {
            throw new IllegalStateException("a server without a backend");
        }
        phase = Phase.FLOWING;
        server = connection;
        connection.use(this);
        connection.becomeTunnel();
        if (!backend.responseContentRules().isEmpty()) {
            response = new Inspection(facts, limit, this::judgeResponse);
            response.begin(backend.responseInspectDelayMs());
        }
        int tunnel = backend.timeouts().tunnel();
        inactivity.connected(
                tunnel > 0 ? tunnel : facts.frontend.timeouts().client(),
                tunnel > 0 ? tunnel : backend.timeouts().server());
        ByteBuf kept = early;
        if (kept != null) {
            early = null;
            connection.write(kept);
            connection.flush();
        }
        if (clientEnded) {
            tellServer(connection);
        }
        reading(connection.isWritable());
    }

    @Override
    public void onServerMissing(char who, char when) {
        end(who, when);
    }

    // ---- from the server to the client

    @Override
    public void onServerBytes(ByteBuf in) {
        facts.bytesOut += in.readableBytes();
        inactivity.serverActive();
        Inspection inspection = response;
        if (inspection != null) {
            inspection.hold(in);
            judgeResponse();
        } else {
            write(in.retain());
        }
    }

    /** Asks {@code tcp-response content} with the bytes there are. */
    private void judgeResponse() {
        Inspection inspection = response;
        Backend backend = facts.backend;
        if (inspection == null || backend == null) {
            return;
        }
        switch (inspection.judge(backend.responseContentRules())) {
            case WAIT -> {}
            case CLOSE, REPLY -> {
                if (facts.closesServer) {
                    releaseResponse(inspection);
                    serverEnded = true;
                    clientEnded = true;
                    finish();
                } else {
                    facts.terminationWho = Termination.PROXY;
                    facts.terminationWhen = Termination.IN_DATA;
                    end(Termination.PROXY, Termination.IN_DATA);
                }
            }
            case CONTINUE, ACCEPT -> {
                releaseResponse(inspection);
                flushClient();
            }
        }
    }

    private void releaseResponse(Inspection inspection) {
        response = null;
        write(inspection.take());
        inspection.dispose();
    }

    private void write(ByteBuf out) {
        ChannelHandlerContext client = context;
        if (client == null || phase == Phase.OVER) {
            out.release();
            return;
        }
        if (hasNothingPending(client) && !facts.frontend.http().has(HttpOption.INDEPENDENT_STREAMS)) {
            inactivity.clientActive();
        }
        client.write(out, client.voidPromise());
        if (!client.channel().isWritable()) {
            flushClient(); // room for the next, or the server waits
        }
    }

    private static boolean hasNothingPending(ChannelHandlerContext client) {
        ChannelOutboundBuffer pending = client.channel().unsafe().outboundBuffer();
        return pending == null || pending.isEmpty();
    }

    @Override
    public void onServerReadComplete() {
        flushClient();
    }

    private void flushClient() {
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
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        ServerConnection present = server;
        loop.tick();
        inactivity.clientActive();
        if (present != null && !serverEnded && context.channel().isWritable()) {
            present.reading(true);
        }
    }

    @Override
    public void onServerHalfClosed() {
        serverEnded = true;
        Inspection inspection = response;
        if (inspection != null) {
            inspection.inputEnded();
            judgeResponse();
        }
        if (phase == Phase.FLOWING) {
            finish();
        }
    }

    /** The server has ended: so does our side towards the client, and the session if the client has ended too. */
    private void finish() {
        ChannelHandlerContext client = context;
        if (client == null) {
            return;
        }
        if (clientEnded) {
            phase = Phase.LAST;
        }
        int fin = facts.frontend.timeouts().clientFin();
        if (fin > 0 && !clientEnded) {
            inactivity.limitClient(fin);
        }
        client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (clientEnded) {
                end(Termination.NORMAL, Termination.NORMAL);
            } else if (client.channel() instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
            }
        });
    }

    @Override
    public void onServerClosed() {
        server = null;
        if (serverEnded && clientEnded) {
            if (phase != Phase.LAST) {
                finish();
            }
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
        // this session watches both sides by itself
    }

    // ---- from the client to the server

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        loop.tick();
        ByteBuf in = (ByteBuf) message;
        ServerConnection present = server;
        facts.bytesIn += in.readableBytes();
        inactivity.clientActive();
        if (present == null) {
            keep(in);
            return;
        }
        Backend backend = facts.backend;
        if (present.isWritable() && (backend == null || !backend.http().has(HttpOption.INDEPENDENT_STREAMS))) {
            inactivity.serverActive();
        }
        present.write(in);
        if (!present.isWritable()) {
            flushServer(present); // room for the next, or the client waits
        }
    }

    private void flushServer(ServerConnection present) {
        present.flush();
        if (!present.isWritable()) {
            reading(false);
        }
    }

    /** At most {@code limit} bytes, and what the end of the client's side brings. */
    private void keep(ByteBuf in) {
        Inspection inspection = request;
        if (phase == Phase.OVER || phase == Phase.LAST) {
            in.release();
        } else if (inspection != null) {
            inspection.hold(in);
            in.release();
            reading(!inspection.isFull());
            judgeRequest();
        } else {
            ByteBuf kept = early;
            if (kept == null) {
                kept = PooledByteBufAllocator.DEFAULT.directBuffer(in.readableBytes());
                early = kept;
            }
            kept.writeBytes(in);
            in.release();
            if (kept.readableBytes() >= limit) {
                reading(false);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        ServerConnection present = server;
        if (present != null) {
            flushServer(present);
        }
    }

    @Override
    public void onServerWritabilityChanged(boolean writable) {
        inactivity.serverActive();
        inactivity.clientActive();
        if (writable) {
            reading(true);
        }
    }

    private void onClientEnded() {
        clientEnded = true;
        ServerConnection present = server;
        Inspection inspection = request;
        switch (phase) {
            case INSPECTING -> {
                if (inspection != null) {
                    inspection.inputEnded();
                    judgeRequest();
                }
            }
            case SEARCHING -> {
                if (isAbandoned()) {
                    ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
                    endSearch();
                }
            }
            case FLOWING -> {
                if (serverEnded) {
                    finish();
                } else if (present != null) {
                    tellServer(present);
                }
            }
            case LAST, OVER -> {}
        }
    }

    /** A client that ends before it has said anything, or with {@code option abortonclose} anyhow. */
    private boolean isAbandoned() {
        Backend backend = facts.backend;
        return early == null || (backend != null && backend.http().has(HttpOption.ABORT_ON_CLOSE));
    }

    private void endSearch() {
        boolean queued = search.isQueued();
        if (queued) {
            facts.connectingNs = loop.nowNs(); // the time in the queue counts as waited
        }
        end(Termination.CLIENT, queued ? Termination.IN_QUEUE : Termination.IN_CONNECT);
    }

    /** The client has ended: so does our side towards the server. */
    private void tellServer(ServerConnection present) {
        Backend backend = facts.backend;
        if (backend != null && backend.http().has(HttpOption.NO_LINGER)) {
            end(Termination.NORMAL, Termination.NORMAL); // its answer is of no interest any more, as with HAProxy
            return;
        }
        present.shutdownOutput();
        int fin = backend == null ? 0 : backend.timeouts().serverFin();
        if (fin > 0) {
            inactivity.limitServer(fin);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        loop.tick();
        switch (phase) {
            case INSPECTING -> end(Termination.CLIENT, Termination.IN_REQUEST);
            case SEARCHING -> {
                ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
                end(Termination.CLIENT, search.isQueued() ? Termination.IN_QUEUE : Termination.IN_DATA);
            }
            case FLOWING, LAST -> {
                ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
                end(Termination.CLIENT, phase == Phase.LAST ? Termination.IN_LAST : Termination.IN_DATA);
            }
            case OVER -> {}
        }
        onEnd.run();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        loop.failed(cause);
        context.close(); // a reset: channelInactive ends the session
    }

    private void reading(boolean on) {
        ChannelHandlerContext client = context;
        // an input that has ended has nothing left to read, and its registration may be gone
        if (client != null && !clientEnded && client.channel().isActive()) {
            client.channel().config().setAutoRead(on);
        }
    }

    // ---- time

    private void onClientSilent() {
        ChannelHandlerContext client = context;
        ServerConnection present = server;
        if (client == null || phase == Phase.OVER) {
            return;
        }
        if (phase == Phase.INSPECTING) {
            end(Termination.CLIENT_TIMEOUT, Termination.IN_REQUEST);
        } else if (phase == Phase.SEARCHING) {
            facts.terminated(
                    Termination.CLIENT_TIMEOUT, search.isQueued() ? Termination.IN_QUEUE : Termination.IN_CONNECT);
            onClientEnded();
        } else if (!hasNothingPending(client)) {
            ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
            facts.terminated(
                    Termination.CLIENT_TIMEOUT, phase == Phase.LAST ? Termination.IN_LAST : Termination.IN_DATA);
            end(Termination.CLIENT_TIMEOUT, Termination.IN_DATA);
            client.close(); // what is pending will never leave
        } else if (!clientEnded && (present == null || present.isWritable())) {
            ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
            facts.terminated(Termination.CLIENT_TIMEOUT, Termination.IN_DATA);
            reading(false);
            clientEnded = true;
            if (serverEnded) {
                finish();
            } else if (present != null) {
                tellServer(present);
            }
        }
    }

    private void onServerSilent() {
        ServerConnection present = server;
        if (phase != Phase.FLOWING || present == null) {
            return;
        }
        ChannelHandlerContext client = context;
        if (!present.isWritable()) {
            ledger.countBoth(facts.server, ProxyCounter.SERVER_ABORTS);
            end(Termination.SERVER_TIMEOUT, Termination.IN_DATA);
        } else if (!serverEnded && (client == null || client.channel().isWritable())) {
            ledger.countBoth(facts.server, ProxyCounter.SERVER_ABORTS);
            facts.terminated(Termination.SERVER_TIMEOUT, Termination.IN_DATA);
            present.reading(false);
            serverEnded = true;
            Inspection inspection = response;
            if (inspection != null) {
                inspection.inputEnded();
                judgeResponse();
            }
            if (phase == Phase.FLOWING) {
                finish();
            }
        }
    }

    // ---- how it ends

    private void end(char who, char when) {
        if (phase == Phase.OVER) {
            return;
        }
        phase = Phase.OVER;
        inactivity.dispose();
        letGo();
        facts.terminated(who, when);
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

    private void letGo() {
        if (early != null) {
            early.release();
            early = null;
        }
        if (request != null) {
            request.dispose();
            request = null;
        }
        if (response != null) {
            response.dispose();
            response = null;
        }
    }
}
