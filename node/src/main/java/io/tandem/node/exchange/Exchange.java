// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.RetryOn;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.http.Http1Stream;
import io.tandem.node.backend.http.ResponseListener;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.backend.http.h2.ServerEndpoint;
import io.tandem.node.backend.pool.Reuse;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.frontend.http.ErrorPages;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.HttpSettings;
import io.tandem.node.frontend.http.HttpSettings.ConnectionMode;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.frontend.http.h1.Malformed;
import io.tandem.node.frontend.http.h2.EndpointSettings;
import io.tandem.node.frontend.http.h2.Http2Tuning;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Tuning;
import io.tandem.node.observe.BadMessages;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import io.tandem.node.rules.Termination;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response. The only class that sees every stage, in HAProxy's order: frontend rules, choice of the
 * backend, its rules, choice of the server, connection, response, rules of the way back, log.
 *
 * <p>Lives as long as the client connection and is reused from one request to the next; between two it holds no buffer and
 * no server connection. All on the client connection's loop.
 */
public final class Exchange implements RequestJudge.Outcome, ServerSearch.Seeker, ResponseListener {
    private final Loop loop;
    private final Facts facts;
    private final ClientSide client;
    private final Tuning tuning;
    private final RequestSender sender;
    /** Null while nothing is asked of a server that speaks HTTP/1. */
    private @Nullable Http1Stream http1;

    private final Ledger ledger;
    private final ServerSearch search;
    private final RequestJudge judge;

    private Phase phase = Phase.IDLE;
    private @Nullable ServerStream server;
    /** Whose bytes the response lies in, until the exchange has ended. */
    private @Nullable ServerStream lent;

    private boolean clientKeepsAlive;
    private boolean serverKeepsAlive;
    /** Body bytes of the response so far, as HAProxy counts them. */
    private long responseBytes;

    private @Nullable Tarpit tarpit;
    private @Nullable BodyWait bodyWait;
    private final Tunnel tunnel;
    /** Whether the connection to the server is this client's alone from now on. */
    private boolean authenticates;
    /** Whether the server sent more than its response. */
    private boolean surplus;
    /** Whether what came with the head has been handed over: from then on a connection flushes by itself. */
    private boolean bodyHasPassed;

    public Exchange(Loop loop, Facts facts, ClientSide client, Tuning tuning) {
        this.loop = loop;
        this.facts = facts;
        this.client = client;
        this.tuning = tuning;
        sender = new RequestSender();
        tunnel = new Tunnel(facts, client);
        ledger = new Ledger(loop, facts);
        search = new ServerSearch(loop, facts, ledger, this);
        judge = new RequestJudge(loop, facts, ledger, this);
    }

    public Facts facts() {
        return facts;
    }

    /** Whether a request has begun and not ended. */
    public boolean isBusy() {
        return phase != Phase.IDLE;
    }

    /** Whether bytes go both ways now. */
    public boolean isTunnel() {
        return phase == Phase.TUNNEL;
    }

    /** What began was no request of this protocol: it is forgotten. */
    public void withdraw() {
        facts.reset();
        facts.requestsOnConnection--;
        phase = Phase.IDLE;
    }

    /** The first byte of a request has come. */
    public void begin() {
        phase = Phase.REQUEST;
        facts.requestStartNs = loop.nowNs();
        facts.requestAtMs = loop.nowMs();
        facts.requestsOnConnection++;
    }

    // ---- (4) the request: rules, backend, server

    /** The head of the request is whole. */
    public void onRequest() {
        judge.onHead();
    }

    @Override
    public void waitForBody() {
        phase = Phase.BUFFERING;
        if (facts.request.minorVersion() > 0 && Expectation.takeFrom(facts.request)) {
            facts.bytesOut += Expectation.COUNTED_SIZE;
            client.proceed();
            client.flush();
        }
        if (facts.bodyWaitMs > 0) {
            BodyWait present = bodyWait;
            if (present == null) {
                present = new BodyWait(loop, facts, this::onClientTimeout);
                bodyWait = present;
            }
            present.begin();
        }
        if (sender.hasEnded() || BodyWait.isEnough(facts, sender.waitingBytes())) {
            onBodyBuffered();
        }
    }

    private void onBodyBuffered() {
        phase = Phase.REQUEST;
        if (bodyWait != null) {
            bodyWait.stop();
        }
        judge.onBody();
    }

    @Override
    public void hold(Reply reply, int delayMs) {
        phase = Phase.TARPIT;
        Tarpit present = tarpit;
        if (present == null) {
            present = new Tarpit(loop, held -> {
                facts.connectingNs = loop.nowNs();
                answer(held);
            });
            tarpit = present;
        }
        present.hold(reply, delayMs);
    }

    @Override
    public void drop(boolean silently) {
        terminated(Termination.PROXY, Termination.IN_REQUEST);
        endWithout(silently);
    }

    /** Ends the exchange and the client's connection without an answer. */
    private void endWithout(boolean silently) {
        end();
        if (silently) {
            client.vanish();
        } else {
            client.abort();
        }
    }

    @Override
    public void refuse(int status, char who, char when) {
        fail(status, who, when);
    }

    @Override
    public void forward(Backend backend) {
        phase = Phase.SEARCHING;
        sender.keepFor(backend.retryOn().needsRequest() && !facts.onceOnly ? tuning.bufferSize() : 0);
        search.begin(backend);
    }

    @Override
    public void answer(Reply reply) {
        if (facts.service != null) { // a service counts as a server that answers at once
            facts.connectingNs = facts.requestHeadNs;
            facts.connectedNs = facts.requestHeadNs;
            facts.responseHeadNs = loop.nowNs();
        }
        terminated(Termination.LOCAL, Termination.IN_REQUEST);
        respond(reply);
    }

    @Override
    public Reuse reuse() {
        boolean first = facts.requestsOnConnection <= 1;
        return switch (backend().http().reuse()) {
            case NEVER -> Reuse.NONE;
            case SAFE -> first ? Reuse.NONE : Reuse.ANY;
            case AGGRESSIVE -> first ? Reuse.PROVEN : Reuse.ANY;
            case ALWAYS -> Reuse.ANY;
        };
    }

    // ---- (5) the server connection

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
        HttpSettings settings = backend().http();
        if (connection.speaksHttp2()) {
            boolean shared = settings.reuse() != HttpSettings.Reuse.NEVER && !connection.isPrivate();
            EndpointSettings http2 = Http2Tuning.forServers(facts.configuration.drafts());
            ServerEndpoint endpoint = ServerEndpoint.on(loop, connection, tuning, http2, shared);
            send(endpoint.open(this, facts.response), settings);
        } else {
            Http1Stream stream = http1;
            if (stream == null) {
                stream = Http1Stream.take(loop, tuning, this, facts.response);
                http1 = stream;
            }
            send(stream.attach(connection, settings), settings);
        }
    }

    @Override
    public boolean joins(Server target, ConnectionKey key) {
        Server.Description description = target.description();
        Reuse reuse = reuse();
        if (reuse == Reuse.NONE || (!description.dialing().speaksHttp2() && description.tls() == null)) {
            return false;
        }
        ServerEndpoint open = ServerEndpoint.find(loop, target.state(), key, reuse == Reuse.PROVEN);
        if (open == null) {
            return false;
        }
        send(open.open(this, facts.response), backend().http());
        return true;
    }

    private void send(ServerStream stream, HttpSettings settings) {
        server = stream;
        ServerStream before = lent;
        if (before != null && before != stream) {
            before.clear();
        }
        lent = stream;
        phase = Phase.WAITING;
        serverKeepsAlive =
                judge.connectionMode() == ConnectionMode.KEEP_ALIVE && RequestSender.allowsReuse(facts.request);
        responseBytes = 0;
        sender.start(stream, facts.request, serverKeepsAlive || settings.has(HttpOption.PRETEND_KEEP_ALIVE));
        if (bodyHasPassed) {
            sender.flush();
            client.reading(true);
            expectServer();
        }
    }

    @Override
    public void onServerMissing(char who, char when) {
        fail(503, who, when);
    }

    /** The time the server has to say something counts from whatever passes to or from it, as HAProxy's does. */
    private void expectServer() {
        ServerStream present = server;
        if (present != null) {
            present.expect(backend().timeouts().server());
        }
    }

    // ---- the request's body

    /** Whether body bytes are of any use now. */
    public boolean wantsBody() {
        return phase.wantsBody();
    }

    /**
     * How long the client may be silent while its body is unfinished: milliseconds, 0 for as long as it likes, or {@link
     * #AS_FOR_HEAD}.
     */
    public int bodyTimeoutMs() {
        return phase.bodyTimeoutMs(facts.frontend.timeouts(), facts.backend);
    }

    /** The body counts to the time of the head: {@code timeout http-request} is for both. */
    public static final int AS_FOR_HEAD = -1;

    /** The next {@code length} bytes of the request's body; the caller keeps {@code in} and skips them. */
    public void requestBody(ByteBuf in, int length) {
        facts.bytesIn += length;
        if (phase == Phase.FINISHING && server == null) {
            return; // the server has answered and gone: nobody wants the rest
        }
        sender.body(in, length);
        if (phase != Phase.FINISHING
                && phase != Phase.WAITING
                && phase != Phase.RESPONDING
                && sender.waitingBytes() >= tuning.bufferSize()) {
            client.reading(false);
        }
    }

    /**
     * The request's body is over, or there is none.
     *
     * @param trailers null where the framing has none; untouched until the exchange has ended
     */
    public void requestEnd(@Nullable Trailers trailers) {
        if (trailers != null) {
            facts.bytesIn += trailers.countedSize() + 1;
        }
        sender.end(trailers);
    }

    /** No more of the request comes with this event. */
    public void requestFlush() {
        bodyHasPassed = true;
        if (phase == Phase.BUFFERING) {
            int waiting = sender.waitingBytes();
            if (sender.hasEnded()
                    || waiting >= tuning.bufferSize() - tuning.maxRewrite()
                    || BodyWait.isEnough(facts, waiting)) {
                onBodyBuffered();
            }
            return;
        }
        sender.flush();
        ServerStream present = server;
        if (present != null && (phase == Phase.WAITING || phase == Phase.RESPONDING)) {
            expectServer();
            if (!sender.hasEnded() && !present.isWritable()) {
                client.reading(false);
            }
        } else if (phase == Phase.FINISHING && sender.hasEnded()) {
            finish();
        }
    }

    @Override
    public void onServerWritabilityChanged(boolean writable) {
        if (writable) {
            client.reading(true);
        }
    }

    // ---- (6) the response

    @Override
    public void onServerReadComplete() {
        if (phase != Phase.IDLE) {
            holdServer();
            if (phase == Phase.WAITING || phase == Phase.RESPONDING) {
                expectServer();
            }
        }
    }

    /** The client takes bytes again, or no longer. */
    public void onClientWritabilityChanged(boolean writable) {
        ServerStream present = server;
        if (present != null) {
            present.reading(writable);
        }
    }

    @Override
    public void onInterim() {
        facts.bytesOut += facts.response.countedSize();
        client.interim(facts.response);
    }

    @Override
    public Fate onResponse(@Nullable ByteBuf in, int length) {
        if (backend().retryOn().coversStatus(facts.response.status()) && sendsAgain()) {
            return Fate.REFUSED;
        }
        facts.responseHeadNs = loop.nowNs();
        facts.responding = true;
        facts.status = facts.response.status();
        Backend backend = backend();
        if (!ResponseJudge.isAgreed(facts)) {
            onMalformed();
            return Fate.REFUSED;
        }
        facts.bytesOut += facts.response.countedSize();
        ledger.serverAnswered();
        authenticates = ResponseJudge.authenticatesConnection(facts);
        if (!ResponseJudge.passes(facts, backend)) {
            facts.bytesOut += ResponseJudge.bodyBehindHead(facts, in, length);
            refuseResponse(facts.reply, facts.silent);
            return Fate.REFUSED;
        }
        backend.persistence().onResponse(facts);
        facts.frontend.afterResponseRules().judge(facts);
        ledger.answerBegins(ResponseJudge.bodyBehindHead(facts, in, length));
        phase = Phase.RESPONDING;
        clientKeepsAlive = ResponseJudge.mayKeepClient(facts) && ResponseJudge.showsItsEnd(facts);
        return client.head(facts.response, clientKeepsAlive, ResponseJudge.opensTunnel(facts), in, length)
                ? Fate.AS_RECEIVED
                : Fate.TAKEN;
    }

    /** @param instead what the client gets; null for the end of its connection */
    private void refuseResponse(@Nullable Reply instead, boolean silently) {
        closeServer();
        terminated(Termination.PROXY, Termination.IN_HEADERS);
        if (instead != null) {
            respond(instead);
            return;
        }
        if (silently) { // as HAProxy logs it
            facts.terminationWhen = Termination.IN_REQUEST;
            facts.responseHeadNs = 0;
        }
        endWithout(silently);
    }

    @Override
    public void onResponseBody(ByteBuf in, int length, int headLength, boolean all) {
        responseBytes += length - headLength;
        client.body(in, length, all);
        if (!client.isWritable()) {
            holdServer();
        }
    }

    /** What has been written is more than a client takes at a time: without room in its socket nothing more is read. */
    private void holdServer() {
        client.flush();
        ServerStream present = server;
        if (present != null && !client.isWritable()) {
            present.reading(false);
        }
    }

    @Override
    public void onMalformed() {
        Server broken = facts.server;
        if (phase == Phase.WAITING && sendsAgain(RetryOn.Failure.JUNK_RESPONSE)) {
            return;
        }
        closeServer();
        if (broken != null) {
            ledger.count(broken, ProxyCounter.RESPONSE_ERRORS);
        }
        if (phase == Phase.RESPONDING && !client.takeBack()) {
            endResponding(Termination.SERVER);
        } else {
            facts.responding = false;
            facts.bytesOut = 0;
            fail(502, Termination.PROXY, Termination.IN_HEADERS);
        }
    }

    /** A response that has begun goes no further: the client sees it by the end of the connection. */
    private void endResponding(char who) {
        terminated(who, Termination.IN_DATA);
        facts.bytesOut += responseBytes;
        end();
        client.finished(false);
    }

    @Override
    public void onResponseEnd(@Nullable Trailers trailers, boolean surplus) {
        ServerStream present = server;
        if (ResponseJudge.opensTunnel(facts) && present != null) {
            phase = Phase.TUNNEL;
            tunnel.open(present, facts.frontend.timeouts(), backend().timeouts());
            return;
        }
        if (trailers != null) {
            responseBytes += trailers.countedSize() + 1;
        }
        client.end(trailers);
        this.surplus = surplus;
        finishOrWait();
    }

    /** The response is complete: the rest of the request still goes to the server, if there is one. */
    private void finishOrWait() {
        ServerStream present = server;
        if (!client.isRequestComplete() && client.awaitRequestEnd()) {
            phase = Phase.FINISHING;
            if (present != null) {
                present.expect(0);
            }
        } else {
            finish();
        }
    }

    /** Request and response are complete. */
    private void finish() {
        ServerStream present = server;
        server = null;
        if (present != null) {
            ServerConnection idle = present.release(!surplus && serverKeepsAlive && client.isRequestComplete());
            if (idle != null) {
                if (authenticates) {
                    search.onConnectionAuthenticates(idle);
                }
                search.release(idle);
            }
        }
        facts.bytesOut += responseBytes;
        boolean keepAlive = clientKeepsAlive && client.isRequestComplete();
        end();
        client.finished(keepAlive);
    }

    @Override
    public void onServerRefused() {
        boolean whole = sender.canRepeat() || !facts.request.hasBody();
        if (phase == Phase.WAITING && whole && search.mayRepeat()) {
            closeServer();
            phase = Phase.SEARCHING;
            sender.repeat();
            search.repeat();
        } else {
            onServerClosed(false);
        }
    }

    @Override
    public void onServerClosed(boolean orderly) {
        ServerStream ended = server;
        server = null;
        Server failed = facts.server;
        switch (phase) {
            case TUNNEL -> {
                if (!orderly) {
                    terminated(Termination.SERVER, Termination.IN_DATA);
                }
                endTunnel();
            }
            case RESPONDING -> {
                if (orderly) {
                    client.end(null);
                    facts.bytesOut += responseBytes;
                    end();
                    client.finished(false);
                } else {
                    ledger.countBoth(failed, ProxyCounter.SERVER_ABORTS);
                    endResponding(Termination.SERVER);
                }
            }
            case WAITING -> onServerGone(ended != null && ended.isReused());
            case FINISHING -> client.reading(true); // the rest of the request is read and thrown away
            case IDLE, REQUEST, BUFFERING, TARPIT, SEARCHING -> {}
        }
    }

    /** The server has closed before its response's head was whole. */
    private void onServerGone(boolean reused) {
        Server failed = facts.server;
        boolean killed = facts.killedBy != Termination.NORMAL;
        if (!killed && sendsAgain(RetryOn.Failure.EMPTY_RESPONSE)) { // a part of a head counts as empty in HAProxy
            return;
        }
        if (failed != null) {
            ledger.count(failed, ProxyCounter.RESPONSE_ERRORS);
        }
        if (!killed && reused && facts.requestsOnConnection > 1) {
            // the client sent it on a connection that had answered before: it will send it again by itself
            ledger.silently();
            end();
            client.abort();
        } else {
            fail(502, Termination.SERVER, Termination.IN_HEADERS);
        }
    }

    @Override
    public void onServerKilled(char who) {
        facts.killedBy = who;
        onServerClosed(false);
    }

    @Override
    public void onServerTimeout() {
        Server slow = facts.server;
        switch (phase) {
            case WAITING -> {
                if (sendsAgain(RetryOn.Failure.RESPONSE_TIMEOUT)) {
                    return;
                }
                if (slow != null) {
                    ledger.count(slow, ProxyCounter.RESPONSE_ERRORS);
                }
                closeServer();
                fail(504, Termination.SERVER_TIMEOUT, Termination.IN_HEADERS);
            }
            case RESPONDING -> {
                ledger.countBoth(slow, ProxyCounter.SERVER_ABORTS);
                closeServer();
                endResponding(Termination.SERVER_TIMEOUT);
            }
            case TUNNEL -> {
                closeServer();
                terminated(tunnel.whoIsLate(), Termination.IN_DATA);
                endTunnel();
            }
            case IDLE, REQUEST, BUFFERING, TARPIT, SEARCHING, FINISHING -> {}
        }
    }

    // ---- the request goes out again (retry-on)

    private boolean sendsAgain(RetryOn.Failure failure) {
        return backend().retryOn().covers(failure) && sendsAgain();
    }

    /** Sends the request to a server once more, if it is all here and the retries are not used up. */
    private boolean sendsAgain() {
        if (!sender.canRepeat() || !search.mayRepeat()) {
            return false;
        }
        closeServer();
        phase = Phase.SEARCHING;
        sender.repeat();
        search.repeat();
        return true;
    }

    // ---- tunnels

    /** Bytes of the client in a tunnel; the caller keeps {@code in}. */
    public void tunnelBytes(ByteBuf in) {
        if (phase == Phase.TUNNEL) {
            tunnel.clientBytes(in);
        }
    }

    @Override
    public void onTunnelBytes(ByteBuf in) {
        if (phase == Phase.TUNNEL) {
            tunnel.serverBytes(in);
            if (!client.isWritable()) {
                holdServer();
            }
        }
    }

    @Override
    public void onServerHalfClosed() {
        if (phase == Phase.TUNNEL) {
            endTunnel();
        }
    }

    private void endTunnel() {
        end();
        client.finished(false);
    }

    // ---- how it ends

    /** The client has sent its last byte. */
    public void onClientHalfClosed() {
        if (phase == Phase.TUNNEL) {
            tunnel.clientEnds();
        } else if (phase == Phase.WAITING && client.isRequestComplete() && isAbandoned()) {
            ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
            closeServer();
            fail(400, Termination.CLIENT, Termination.IN_HEADERS); // it may still be listening, as HAProxy sees it
        } else if (phase == Phase.BUFFERING || isAbandoned()) {
            onClientClosed(false);
            client.abort();
        }
    }

    /**
     * Whether a client that sends no more is taken to have gone: in the middle of its request, or while it waits and {@code
     * option abortonclose} says so.
     */
    private boolean isAbandoned() {
        Backend backend = facts.backend;
        boolean waits = phase == Phase.SEARCHING || phase == Phase.WAITING;
        return (phase.needsWholeRequest() && !client.isRequestComplete())
                || (waits && backend != null && backend.http().has(HttpOption.ABORT_ON_CLOSE));
    }

    /** The client's connection, or stream, has been reset. */
    public void onClientClosed() {
        onClientClosed(true);
    }

    /** @param reset whether it ended by a reset */
    public void onClientClosed(boolean reset) {
        switch (phase) {
            case IDLE -> {
                return;
            }
            case REQUEST -> {
                onBadRequest(null, 400, Termination.CLIENT);
                return;
            }
            case BUFFERING -> onClientClosedBuffering();
            case TARPIT -> {
                Tarpit present = tarpit;
                if (present != null) {
                    present.release(); // logged as what it was to be answered
                }
                return;
            }
            case SEARCHING -> clientAborted(search.isQueued() ? Termination.IN_QUEUE : Termination.IN_CONNECT);
            case WAITING ->
                // a reset is found by reading, and HAProxy takes what is read for data
                clientAborted(sender.hasEnded() && !reset ? Termination.IN_HEADERS : Termination.IN_DATA);
            case RESPONDING, FINISHING -> {
                facts.bytesOut += responseBytes;
                clientAborted(Termination.IN_DATA);
            }
            case TUNNEL -> {
                if (reset) {
                    terminated(Termination.CLIENT, Termination.IN_DATA);
                }
            }
        }
        closeServer();
        end();
    }

    /** Logged as HAProxy does it: with the backend that would have got the request. */
    private void onClientClosedBuffering() {
        if (facts.backend == null) {
            facts.backend = facts.frontend.backendChoice().choose(facts);
            ledger.backendBegins();
        }
        clientAborted(Termination.IN_REQUEST);
    }

    private void clientAborted(char when) {
        if (facts.status == 0) {
            facts.status = -1;
        }
        ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
        terminated(Termination.CLIENT, when);
    }

    /** The client has been silent, or has taken nothing, for too long while its request or response was under way. */
    public void onClientTimeout() {
        switch (phase) {
            case BUFFERING -> {
                facts.requestHeadNs = 0;
                fail(408, Termination.CLIENT_TIMEOUT, Termination.IN_REQUEST);
            }
            case WAITING, SEARCHING -> {
                search.clear();
                closeServer();
                fail(
                        408,
                        Termination.CLIENT_TIMEOUT,
                        phase == Phase.WAITING ? Termination.IN_HEADERS : Termination.IN_DATA);
            }
            case RESPONDING, FINISHING, TUNNEL -> {
                ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
                facts.bytesOut += phase == Phase.TUNNEL ? 0 : responseBytes;
                closeServer();
                terminated(Termination.CLIENT_TIMEOUT, Termination.IN_DATA);
                boolean answered = phase == Phase.FINISHING;
                end();
                if (answered) {
                    client.finished(false);
                } else {
                    client.abort();
                }
            }
            case IDLE, REQUEST, TARPIT -> {}
        }
    }

    /** Keeps a request that cannot be read, for {@code show errors}: what was received before, and {@code in}. */
    public void keepBadRequest(byte[] head, int had, ByteBuf in, int position, Malformed reason) {
        BadBytes.keep(facts, BadMessages.Kind.REQUEST, head, had, in, tuning.bufferSize(), position, reason);
    }

    @Override
    public void onBadBytes(byte[] head, int had, ByteBuf in, int position, Malformed reason) {
        BadBytes.keep(facts, BadMessages.Kind.RESPONSE, head, had, in, tuning.bufferSize(), position, reason);
    }

    /** The request cannot be read, or did not come in time: the page of {@code status} goes out as it is. */
    public void onBadRequest(@Nullable Malformed reason, int status, char who) {
        facts.status = status;
        facts.request.clear();
        ledger.badRequest();
        terminated(who, Termination.IN_REQUEST);
        byte[] page = ErrorPages.of(facts).raw(status);
        end();
        if (page.length > 0) {
            client.raw(page, 0, page.length);
        }
        client.finished(false);
    }

    /** The request cannot be read, and its protocol has no answer to that: it is counted and logged. */
    public void onUnreadable() {
        facts.status = Facts.UNREADABLE;
        facts.request.clear();
        ledger.badRequest();
        terminated(Termination.PROXY, Termination.IN_REQUEST);
        end();
    }

    /** The request's body cannot be read; its head, and perhaps more, has gone to the server. */
    public void onBadBody() {
        closeServer();
        search.clear();
        facts.frontend.meters().count(loop.index(), ProxyCounter.REQUEST_ERRORS);
        if (phase == Phase.RESPONDING || phase == Phase.FINISHING) {
            endResponding(Termination.PROXY);
        } else {
            fail(400, Termination.PROXY, phase == Phase.WAITING ? Termination.IN_HEADERS : Termination.IN_DATA);
        }
    }

    private void fail(int status, char who, char when) {
        terminated(who, when);
        respond(page(status));
    }

    private Reply page(int status) {
        return ErrorPages.of(facts).of(status);
    }

    /** Answers by ourselves; nothing of a response has been sent yet. */
    private void respond(Reply reply) {
        facts.status = reply.status();
        clientKeepsAlive = ResponseJudge.mayKeepClient(facts) && client.isRequestComplete() && !reply.close();
        ReplyWriter writer = new ReplyWriter(loop, tuning, facts, reply);
        if (writer.isEmpty()) {
            end();
            client.abort();
            return;
        }
        if (facts.service == null) {
            facts.responseHeadNs = 0;
        }
        facts.responding = true;
        facts.frontend.afterResponseRules().judge(facts);
        writer.writeTo(client, clientKeepsAlive);
        facts.bytesOut += writer.countedSize();
        ledger.answered();
        boolean keepAlive = clientKeepsAlive;
        end();
        writer.release();
        client.finished(keepAlive);
    }

    /** Takes note of how it ended, unless a rule has said so already. */
    private void terminated(char who, char when) {
        if (facts.terminationWho == Termination.NORMAL) {
            facts.terminationWho = facts.killedBy != Termination.NORMAL ? facts.killedBy : who;
            facts.terminationWhen = when;
        }
    }

    private void closeServer() {
        ServerStream present = server;
        server = null;
        if (present != null) {
            present.close();
        }
    }

    /** Counts and logs, and forgets the request. What must still be sent has been given to the client's side. */
    private void end() {
        search.clear();
        closeServer();
        sender.clear();
        tunnel.clear();
        if (tarpit != null) {
            tarpit.stop();
        }
        if (bodyWait != null) {
            bodyWait.stop();
        }
        facts.endNs = loop.nowNs();
        ledger.ends();
        ServerStream used = lent;
        if (used != null) {
            lent = null;
            used.clear();
        }
        Http1Stream stream = http1;
        if (stream != null) {
            http1 = null;
            stream.giveBack();
        }
        facts.reset();
        bodyHasPassed = false;
        surplus = false;
        authenticates = false;
        phase = Phase.IDLE;
    }

    /** The connection has ended for good. */
    public void dispose() {
        if (tarpit != null) {
            tarpit.dispose();
        }
        if (bodyWait != null) {
            bodyWait.dispose();
        }
        search.dispose();
    }

    private Backend backend() {
        Backend present = facts.backend;
        if (present == null) {
            throw new IllegalStateException("no backend in phase " + phase);
        }
        return present;
    }
}
