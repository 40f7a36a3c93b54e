// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.Timeouts;
import io.tandem.node.backend.http.Http1Stream;
import io.tandem.node.backend.http.ResponseListener;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.backend.pool.Reuse;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.http.AddressField;
import io.tandem.node.frontend.http.ErrorPages;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.HttpSettings;
import io.tandem.node.frontend.http.HttpSettings.ConnectionMode;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.RestrictedNames;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.frontend.http.h1.Malformed;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.loop.Tuning;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import io.tandem.node.rules.Rules;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response. The only class that sees every stage, in HAProxy's order: frontend rules, choice of the
 * backend, its rules, choice of the server, connection, response, rules of the way back, log.
 *
 * <p>Lives as long as the client connection and is reused from one request to the next; between two it holds no buffer and
 * no server connection. All on the client connection's loop.
 */
public final class Exchange implements ServerSearch.Seeker, ResponseListener {
    private enum Phase {
        /** Between two requests. */
        IDLE,
        /** A request is being received, or judged. */
        REQUEST,
        /** An answer waits for the end of {@code timeout tarpit}. */
        TARPIT,
        /** A server is sought, or connected to. */
        SEARCHING,
        /** The request is on its way, no final response head yet. */
        WAITING,
        /** The response's body is being forwarded. */
        RESPONDING,
        /** Bytes go both ways (RFC 9110 section 7.8). */
        TUNNEL
    }

    private final Loop loop;
    private final Facts facts;
    private final ClientSide client;
    private final Tuning tuning;
    private final RequestSender sender;
    private final Http1Stream http1;
    private final Ledger ledger;
    private final ServerSearch search;

    private Phase phase = Phase.IDLE;
    private @Nullable ServerStream server;
    private ConnectionMode connectionMode = ConnectionMode.KEEP_ALIVE;
    private boolean clientKeepsAlive;
    private boolean serverKeepsAlive;
    /** Body bytes of the response so far, as HAProxy counts them. */
    private long responseBytes;

    private @Nullable Timer tarpit;
    private boolean clientHalfClosed;
    private boolean serverHalfClosed;
    /** Whether what came with the head has been handed over: from then on a connection flushes by itself. */
    private boolean bodyHasPassed;

    public Exchange(Loop loop, Facts facts, ClientSide client, Tuning tuning) {
        this.loop = loop;
        this.facts = facts;
        this.client = client;
        this.tuning = tuning;
        sender = new RequestSender();
        http1 = new Http1Stream(loop, tuning, this, facts.response);
        ledger = new Ledger(loop, facts);
        search = new ServerSearch(loop, facts, ledger, this);
    }

    public Facts facts() {
        return facts;
    }

    /** Whether a request has begun and not ended. */
    public boolean isBusy() {
        return phase != Phase.IDLE;
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
        Frontend frontend = facts.frontend;
        facts.requestHeadNs = loop.nowNs();
        facts.bytesIn = facts.request.countedSize();
        connectionMode = frontend.http().connectionMode();
        ledger.requestBegins();
        if (!passes(frontend.requestRules())) {
            return;
        }
        Reply own = frontend.intercept().intercept(facts);
        if (own != null) {
            replyLocally(own);
            return;
        }
        Backend backend = frontend.backendChoice().choose(facts);
        if (backend == null) {
            facts.requestHeadNs = 0; // as HAProxy logs it
            fail(503, Termination.SERVER, Termination.IN_CONNECT);
            return;
        }
        facts.backend = backend;
        connectionMode = connectionMode.stricter(backend.http().connectionMode());
        ledger.backendBegins();
        if (!passes(backend.requestRules())) {
            return;
        }
        own = backend.intercept().intercept(facts);
        if (own != null) {
            replyLocally(own);
            return;
        }
        if (!namesAreFit(frontend.http(), backend.http())) {
            fail(403, Termination.PROXY, Termination.IN_REQUEST);
            return;
        }
        if (!addAddresses(frontend.http(), backend.http())) {
            facts.frontend.meters().count(loop.index(), ProxyCounter.HEADER_REWRITE_FAILURES);
            fail(500, Termination.PROXY, Termination.IN_REQUEST);
            return;
        }
        phase = Phase.SEARCHING;
        search.begin(backend);
    }

    /** Whether the rules let the request go on; otherwise it has been answered. */
    private boolean passes(Rules rules) {
        if (rules.isEmpty()) {
            return true;
        }
        switch (rules.judge(facts)) {
            case CONTINUE, ACCEPT -> {
                return true;
            }
            case REPLY -> {
                Reply reply = facts.reply;
                if (facts.tarpit) {
                    hold(reply != null ? reply : page(500));
                } else {
                    replyLocally(reply != null ? reply : page(500));
                }
            }
            case CLOSE -> {
                terminated(Termination.PROXY, Termination.IN_REQUEST);
                facts.requestHeadNs = 0; // logged as if it had never been whole
                facts.status = -1;
                boolean silent = facts.silent;
                end();
                if (silent) {
                    client.vanish();
                } else {
                    client.abort();
                }
            }
            case WAIT ->
                throw new IllegalStateException("an http-request rule asked to wait for bytes: the head is whole");
        }
        return false;
    }

    /** Answers after {@code timeout tarpit}, or {@code timeout connect} where that is not set. */
    private void hold(Reply reply) {
        phase = Phase.TARPIT;
        Backend backend = facts.backend;
        Timeouts timeouts = backend == null ? facts.frontend.timeouts() : backend.timeouts();
        facts.queuedNs = loop.nowNs();
        facts.requestHeadNs = 0; // as HAProxy logs it: no time to receive, all to wait
        Timer timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                facts.connectingNs = loop.nowNs();
                replyLocally(reply);
                dispose();
            }
        };
        tarpit = timer;
        timer.start(Math.max(1, timeouts.tarpit() > 0 ? timeouts.tarpit() : timeouts.connect()));
    }

    private void replyLocally(Reply reply) {
        if (facts.service != null) { // a service counts as a server that answers at once
            facts.connectingNs = facts.requestHeadNs;
            facts.connectedNs = facts.requestHeadNs;
            facts.responseHeadNs = loop.nowNs();
        }
        terminated(Termination.LOCAL, Termination.IN_REQUEST);
        respond(reply);
    }

    /** Tells the server the addresses it is to know; false if there was no room for them. */
    private boolean addAddresses(HttpSettings frontend, HttpSettings backend) {
        Headers headers = facts.request.headers();
        return AddressField.add(frontend.forwardedFor(), backend.forwardedFor(), headers, facts.source)
                && AddressField.add(frontend.originalTo(), backend.originalTo(), headers, facts.destination);
    }

    private boolean namesAreFit(HttpSettings frontend, HttpSettings backend) {
        RestrictedNames ours = frontend.restrictedNames();
        RestrictedNames theirs = backend.restrictedNames();
        Headers headers = facts.request.headers();
        return (ours == null || ours.applyTo(headers)) && (theirs == null || theirs.applyTo(headers));
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
        ServerStream stream = http1.attach(connection);
        server = stream;
        phase = Phase.WAITING;
        serverKeepsAlive = connectionMode == ConnectionMode.KEEP_ALIVE && RequestSender.allowsReuse(facts.request);
        responseBytes = 0;
        sender.start(stream, facts.request, serverKeepsAlive);
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
        return switch (phase) {
            case SEARCHING, WAITING, RESPONDING -> true;
            case IDLE, REQUEST, TARPIT, TUNNEL -> false;
        };
    }

    /** The next {@code length} bytes of the request's body; the caller keeps {@code in} and skips them. */
    public void requestBody(ByteBuf in, int length) {
        facts.bytesIn += length;
        sender.body(in, length);
        if (phase != Phase.WAITING && phase != Phase.RESPONDING && sender.waitingBytes() >= tuning.bufferSize()) {
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
        sender.flush();
        ServerStream present = server;
        if (present != null && (phase == Phase.WAITING || phase == Phase.RESPONDING)) {
            expectServer();
            if (!sender.hasEnded() && !present.isWritable()) {
                client.reading(false);
            }
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
            client.flush();
            ServerStream present = server;
            if (present != null) {
                if (!client.isWritable()) {
                    present.reading(false);
                }
                if (phase == Phase.WAITING || phase == Phase.RESPONDING) {
                    expectServer();
                }
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
        facts.responseHeadNs = loop.nowNs();
        facts.responding = true;
        facts.status = facts.response.status();
        Backend backend = backend();
        if (facts.status == 101 && !agreesToUpgrade()) {
            onMalformed();
            return Fate.REFUSED;
        }
        facts.bytesOut += facts.response.countedSize();
        ledger.serverAnswered();
        if (!responsePasses(backend.responseRules()) || !responsePasses(facts.frontend.responseRules())) {
            return Fate.REFUSED;
        }
        backend.persistence().onResponse(facts);
        facts.frontend.afterResponseRules().judge(facts);
        phase = Phase.RESPONDING;
        Framing framing = facts.response.framing();
        clientKeepsAlive = mayKeepClient()
                && framing != Framing.UNTIL_CLOSE
                && !(framing == Framing.CHUNKED && facts.response.minorVersion() == 0);
        return client.head(facts.response, clientKeepsAlive, opensTunnel(), in, length) ? Fate.AS_RECEIVED : Fate.TAKEN;
    }

    private boolean mayKeepClient() {
        return facts.frontend.http().connectionMode() != ConnectionMode.CLOSE
                && facts.request.keepsAlive()
                && client.isRequestComplete()
                && !facts.configuration.node().stopping();
    }

    private boolean agreesToUpgrade() {
        return facts.request.offersUpgrade() && WebSocketKey.matches(facts);
    }

    private boolean opensTunnel() {
        return facts.status == 101 || (facts.request.method() == Method.CONNECT && facts.status / 100 == 2);
    }

    private boolean responsePasses(Rules rules) {
        if (rules.isEmpty()) {
            return true;
        }
        Verdict verdict = rules.judge(facts);
        if (verdict == Verdict.CONTINUE || verdict == Verdict.ACCEPT) {
            return true;
        }
        Reply reply = facts.reply;
        closeServer();
        terminated(Termination.PROXY, Termination.IN_HEADERS);
        if (verdict == Verdict.REPLY) {
            respond(reply != null ? reply : page(502));
        } else {
            end();
            client.abort();
        }
        return false;
    }

    @Override
    public void onResponseBody(ByteBuf in, int length, int headLength, boolean all) {
        responseBytes += length - headLength;
        client.body(in, length, all);
    }

    @Override
    public void onMalformed() {
        Server broken = facts.server;
        closeServer();
        if (broken != null) {
            ledger.count(broken, ProxyCounter.RESPONSE_ERRORS);
        }
        if (phase == Phase.RESPONDING && !client.takeBack()) {
            terminated(Termination.SERVER, Termination.IN_DATA);
            facts.bytesOut += responseBytes;
            end();
            client.finished(false);
        } else {
            facts.responding = false;
            facts.bytesOut = 0;
            fail(502, Termination.PROXY, Termination.IN_HEADERS);
        }
    }

    @Override
    public void onResponseEnd(@Nullable Trailers trailers, boolean surplus) {
        if (opensTunnel()) {
            beginTunnel();
            return;
        }
        ServerStream present = server;
        server = null;
        if (present != null) {
            ServerConnection idle = present.release(!surplus && serverKeepsAlive && client.isRequestComplete());
            if (idle != null) {
                search.release(idle);
            }
        }
        if (trailers != null) {
            responseBytes += trailers.countedSize() + 1;
        }
        client.end(trailers);
        facts.bytesOut += responseBytes;
        boolean keepAlive = clientKeepsAlive && client.isRequestComplete();
        end();
        client.finished(keepAlive);
    }

    @Override
    public void onServerClosed(boolean complete) {
        ServerStream ended = server;
        server = null;
        Server failed = facts.server;
        if (phase == Phase.TUNNEL) {
            end();
            client.finished(false);
        } else if (complete) {
            client.end(null);
            facts.bytesOut += responseBytes;
            end();
            client.finished(false);
        } else if (phase == Phase.RESPONDING) {
            ledger.countBoth(failed, ProxyCounter.SERVER_ABORTS);
            terminated(Termination.SERVER, Termination.IN_DATA);
            facts.bytesOut += responseBytes;
            end();
            client.finished(false);
        } else if (phase == Phase.WAITING) {
            if (failed != null) {
                ledger.count(failed, ProxyCounter.RESPONSE_ERRORS);
            }
            boolean killed = facts.killedBy != Termination.NORMAL;
            if (!killed && ended != null && ended.isReused() && facts.requestsOnConnection > 1) {
                // the client sent it on a connection that had answered before: it will send it again by itself
                ledger.silently();
                end();
                client.abort();
            } else {
                fail(502, Termination.SERVER, Termination.IN_HEADERS);
            }
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
        if (phase == Phase.WAITING) {
            if (slow != null) {
                ledger.count(slow, ProxyCounter.RESPONSE_ERRORS);
            }
            closeServer();
            fail(504, Termination.SERVER_TIMEOUT, Termination.IN_HEADERS);
        } else if (phase == Phase.RESPONDING) {
            ledger.countBoth(slow, ProxyCounter.SERVER_ABORTS);
            closeServer();
            terminated(Termination.SERVER_TIMEOUT, Termination.IN_DATA);
            facts.bytesOut += responseBytes;
            end();
            client.finished(false);
        } else if (phase == Phase.TUNNEL) {
            closeServer();
            terminated(Termination.SERVER_TIMEOUT, Termination.IN_DATA);
            end();
            client.finished(false);
        }
    }

    // ---- tunnels

    private void beginTunnel() {
        phase = Phase.TUNNEL;
        ServerStream present = server;
        if (present != null) {
            present.becomeTunnel();
        }
        client.becomeTunnel();
        expectTunnel();
    }

    private void expectTunnel() {
        ServerStream present = server;
        if (present != null) {
            Timeouts timeouts = backend().timeouts();
            present.expect(timeouts.tunnel() > 0 ? timeouts.tunnel() : timeouts.server());
        }
    }

    /** Bytes of the client in a tunnel; the caller keeps {@code in}. */
    public void tunnelBytes(ByteBuf in) {
        ServerStream present = server;
        if (phase == Phase.TUNNEL && present != null) {
            facts.bytesIn += in.readableBytes();
            present.tunnel(in);
            present.flush();
            expectTunnel();
            if (!present.isWritable()) {
                client.reading(false);
            }
        }
    }

    @Override
    public void onTunnelBytes(ByteBuf in) {
        if (phase == Phase.TUNNEL) {
            facts.bytesOut += in.readableBytes();
            client.tunnel(in);
            expectTunnel();
        }
    }

    @Override
    public void onServerHalfClosed() {
        serverHalfClosed = true;
        client.flush();
        if (clientHalfClosed) {
            endTunnel();
        } else {
            client.shutdownOutput();
        }
    }

    private void endTunnel() {
        end();
        client.finished(false);
    }

    // ---- how it ends

    /** The client has sent its last byte. */
    public void onClientHalfClosed() {
        ServerStream present = server;
        clientHalfClosed = true;
        if (phase == Phase.TUNNEL && present != null) {
            if (serverHalfClosed) {
                endTunnel();
            } else {
                present.shutdownOutput();
            }
        } else if (isAbandoned()) {
            onClientClosed();
            client.abort();
        }
    }

    /** With {@code option abortonclose} a client that no longer sends is taken to have gone. */
    private boolean isAbandoned() {
        Backend backend = facts.backend;
        return backend != null
                && backend.http().has(HttpOption.ABORT_ON_CLOSE)
                && (phase == Phase.SEARCHING || phase == Phase.WAITING);
    }

    /** The client's connection has ended. */
    public void onClientClosed() {
        switch (phase) {
            case IDLE -> {
                return;
            }
            case REQUEST -> {
                onBadRequest(null, 400, Termination.CLIENT);
                return;
            }
            case SEARCHING -> clientAborted(search.isQueued() ? Termination.IN_QUEUE : Termination.IN_CONNECT);
            case WAITING -> clientAborted(sender.hasEnded() ? Termination.IN_HEADERS : Termination.IN_DATA);
            case RESPONDING -> {
                facts.bytesOut += responseBytes;
                clientAborted(Termination.IN_DATA);
            }
            case TARPIT, TUNNEL -> {}
        }
        closeServer();
        end();
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
            case WAITING, SEARCHING -> {
                search.clear();
                closeServer();
                fail(
                        408,
                        Termination.CLIENT_TIMEOUT,
                        phase == Phase.WAITING ? Termination.IN_HEADERS : Termination.IN_DATA);
            }
            case RESPONDING, TUNNEL -> {
                ledger.countBoth(facts.server, ProxyCounter.CLIENT_ABORTS);
                facts.bytesOut += phase == Phase.RESPONDING ? responseBytes : 0;
                closeServer();
                terminated(Termination.CLIENT_TIMEOUT, Termination.IN_DATA);
                end();
                client.abort();
            }
            case IDLE, REQUEST, TARPIT -> {}
        }
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

    /** The request's body cannot be read; its head, and perhaps more, has gone to the server. */
    public void onBadBody() {
        Server target = facts.server;
        closeServer();
        search.clear();
        facts.frontend.meters().count(loop.index(), ProxyCounter.REQUEST_ERRORS);
        if (target != null && phase == Phase.RESPONDING) {
            terminated(Termination.PROXY, Termination.IN_DATA);
            facts.bytesOut += responseBytes;
            end();
            client.finished(false);
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
        clientKeepsAlive = mayKeepClient() && !reply.close();
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
        stopTarpit();
        facts.endNs = loop.nowNs();
        ledger.ends();
        http1.clear();
        facts.reset();
        bodyHasPassed = false;
        serverHalfClosed = false;
        phase = Phase.IDLE;
    }

    private void stopTarpit() {
        Timer timer = tarpit;
        if (timer != null) {
            tarpit = null;
            timer.dispose();
        }
    }

    /** The connection has ended for good. */
    public void dispose() {
        stopTarpit();
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
