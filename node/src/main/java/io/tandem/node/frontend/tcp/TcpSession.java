// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.pool.Reuse;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.exchange.Ledger;
import io.tandem.node.exchange.ServerSearch;
import io.tandem.node.frontend.ClientConnection;
import io.tandem.node.frontend.LiveSession;
import io.tandem.node.frontend.LogStep;
import io.tandem.node.frontend.TlsLedger;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.language.Mode;
import io.tandem.node.loop.Loop;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection and the one to its server: bytes pass unchanged, either side may end before the other, and a side that
 * cannot write stops the other's reads.
 *
 * <p>Time-outs as HAProxy's: a side that is silent for too long counts as ended, which the other side is told; the first
 * such event is what the log names.
 */
public final class TcpSession extends ChannelInboundHandlerAdapter
        implements ServerSearch.Seeker, ClientConnection, LiveSession {
    private enum Phase {
        /** TLS is being agreed upon; whoever does that looks at the clock. */
        SECURING,
        /** Waiting for bytes that rules of the backend want to see. */
        INSPECTING,
        /** A server is sought, or connected to. */
        SEARCHING,
        FLOWING,
        /** The session is over; what the client has not read yet may still be on its way. */
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
    private final EarlyBytes early;

    private Phase phase = Phase.SECURING;
    private @Nullable ClientPipe client;
    private @Nullable TcpFlow flow;
    private boolean clientEnded;

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
        early = new EarlyBytes(facts, limit, this::judgeRequest);
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
        client = new ClientPipe(context);
        facts.requestsOnConnection = 1;
        facts.requestStartNs = facts.acceptedNs;
        facts.requestAtMs = facts.acceptedAtMs;
        facts.requestHeadNs = facts.acceptedNs; // all that comes before the connection to the server counts as waiting
        facts.queuedNs = facts.acceptedNs;
        if (facts.tls == null || facts.handshakeNs != 0) {
            seek(context);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            loop.tick();
            onClientEnded();
        } else if (event instanceof SslHandshakeCompletionEvent handshake && phase == Phase.SECURING) {
            facts.handshakeNs = loop.tick();
            TlsLedger.handshake(facts, handshake);
            if (handshake.isSuccess()) {
                seek(context);
            } else {
                context.close();
            }
        }
    }

    // ---- backend and server

    private void seek(ChannelHandlerContext context) {
        phase = Phase.INSPECTING;
        inactivity.begin(facts.frontend.timeouts().client(), facts.acceptedNs);
        ledger.reached(LogStep.REQUEST);
        Backend backend = facts.frontend.backendChoice().choose(facts);
        if (backend == null) {
            onServerMissing(Termination.SERVER, Termination.IN_CONNECT);
            return;
        }
        if (backend.mode() == Mode.HTTP) {
            becomeHttp(context);
            return;
        }
        facts.backend = backend;
        ledger.backendBegins();
        if (backend.contentRules()
                .areSkipped(facts)) { // what the frontend's have seen stays for persistence and hashes
            search(backend);
            return;
        }
        early.inspect(backend.inspectDelayMs());
        judgeRequest();
    }

    /** The backend speaks HTTP, and so does this connection from now on; nothing has been read yet. */
    private void becomeHttp(ChannelHandlerContext context) {
        phase = Phase.OVER;
        inactivity.dispose();
        search.dispose();
        client = null;
        facts.requestHeadNs = 0;
        facts.queuedNs = 0;
        facts.requestsOnConnection = 0;
        context.pipeline().addAfter(context.name(), null, http.get());
        context.pipeline().remove(this);
    }

    /** Asks the backend's content rules with the bytes there are. */
    private void judgeRequest() {
        Backend backend = facts.backend;
        if (phase != Phase.INSPECTING || backend == null) {
            return;
        }
        switch (early.judge(backend.contentRules())) {
            case WAIT -> {}
            case CLOSE, REPLY -> {
                facts.backend = backend;
                end(Termination.PROXY, Termination.IN_REQUEST);
            }
            case CONTINUE, ACCEPT -> search(backend);
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
        ClientPipe present = client;
        if (backend == null || present == null) {
            throw new IllegalStateException("a server without a backend or a client");
        }
        phase = Phase.FLOWING;
        TcpFlow begun = new TcpFlow(facts, ledger, inactivity, backend, present, connection, limit, this::end);
        flow = begun;
        begun.begin(early.take(), clientEnded, limit, connection);
    }

    @Override
    public void onServerMissing(char who, char when) {
        end(who, when);
    }

    // ---- what the client does

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        loop.tick();
        ByteBuf in = (ByteBuf) message;
        TcpFlow present = flow;
        facts.bytesIn += in.readableBytes();
        inactivity.clientActive();
        if (present != null) {
            present.onClientBytes(in);
            return;
        }
        boolean waits = phase == Phase.INSPECTING || phase == Phase.SEARCHING;
        if (waits && !early.keep(in)) {
            context.channel().config().setAutoRead(false);
        }
        in.release();
        judgeRequest();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        TcpFlow present = flow;
        if (present != null) {
            present.onClientReadComplete();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        TcpFlow present = flow;
        loop.tick();
        inactivity.clientActive();
        if (present != null) {
            present.onClientWritability();
        }
    }

    private void onClientEnded() {
        clientEnded = true;
        TcpFlow present = flow;
        switch (phase) {
            case INSPECTING -> {
                early.inputEnded();
                judgeRequest();
            }
            case SEARCHING -> {
                if (isAbandoned()) {
                    ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
                    endSearch();
                }
            }
            case FLOWING -> {
                if (present != null) {
                    present.onClientEnded();
                }
            }
            case SECURING, OVER -> {}
        }
    }

    /** A client that ends before it has said anything, or with {@code option abortonclose} anyhow. */
    private boolean isAbandoned() {
        Backend backend = facts.backend;
        return early.isEmpty() || (backend != null && backend.http().has(HttpOption.ABORT_ON_CLOSE));
    }

    private void endSearch() {
        boolean queued = search.isQueued();
        if (queued) {
            facts.connectingNs = loop.nowNs(); // the time in the queue counts as waited
        }
        end(Termination.CLIENT, queued ? Termination.IN_QUEUE : Termination.IN_CONNECT);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        TcpFlow present = flow;
        loop.tick();
        switch (phase) {
            case INSPECTING -> end(Termination.CLIENT, Termination.IN_REQUEST);
            case SEARCHING -> {
                ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
                end(Termination.CLIENT, search.isQueued() ? Termination.IN_QUEUE : Termination.IN_DATA);
            }
            case FLOWING -> {
                if (present != null) {
                    present.onClientGone();
                }
            }
            case SECURING, OVER -> {}
        }
        inactivity.dispose();
        onEnd.run();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        loop.failed(cause);
        context.close(); // a reset: channelInactive ends the session
    }

    // ---- time

    private void onClientSilent() {
        ClientPipe present = client;
        TcpFlow flowing = flow;
        switch (phase) {
            case SECURING -> {}
            case INSPECTING -> end(Termination.CLIENT_TIMEOUT, Termination.IN_REQUEST);
            case SEARCHING -> {
                facts.terminated(
                        Termination.CLIENT_TIMEOUT, search.isQueued() ? Termination.IN_QUEUE : Termination.IN_CONNECT);
                onClientEnded();
            }
            case FLOWING -> {
                if (flowing != null) {
                    flowing.onClientSilent();
                }
            }
            case OVER -> {
                if (present != null) {
                    present.close(); // what is pending will never leave
                }
            }
        }
    }

    private void onServerSilent() {
        TcpFlow present = flow;
        if (present != null) {
            present.onServerSilent();
        }
    }

    // ---- what operators ask

    /** A soft stop waits for its end. */
    @Override
    public void onSoftStop() {}

    @Override
    public void sessions(Consumer<LiveSession> each) {
        if (phase != Phase.OVER && phase != Phase.SECURING) {
            each.accept(this);
        }
    }

    @Override
    public Facts facts() {
        return facts;
    }

    @Override
    public void kill(char who) {
        end(who, Termination.NORMAL);
    }

    @Override
    public long bytesIn() {
        return facts.bytesIn;
    }

    @Override
    public long bytesOut() {
        return facts.bytesOut;
    }

    @Override
    public void countBytes() {
        ledger.countBytes(facts.bytesIn, facts.bytesOut);
    }

    // ---- how it ends

    private void end(char who, char when) {
        if (phase == Phase.OVER) {
            return;
        }
        phase = Phase.OVER;
        inactivity.onlyClient(facts.frontend.timeouts().client()); // for what it has yet to read
        early.dispose();
        facts.terminated(who, when);
        facts.endNs = loop.nowNs();
        TcpFlow present = flow;
        flow = null;
        search.dispose();
        ledger.ends();
        if (present != null) {
            present.close(who == Termination.NORMAL);
        }
        ClientPipe to = client;
        if (to != null) {
            to.closeWhenSent();
        }
    }
}
