// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.backend.pool.Reuse;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.content.cache.CachedResponse;
import io.tandem.node.frontend.LiveSession;
import io.tandem.node.frontend.http.ErrorPages;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.HttpSettings.ConnectionMode;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.Awaited;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import io.tandem.node.rules.Termination;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response. The only class that sees every stage, in HAProxy's order: frontend rules, choice of the
 * backend, its rules, choice of the server, connection, response, rules of the way back, log. It says who is next; each
 * stage is a class of its own, and so is what happens when a side fails.
 *
 * <p>Reused from one request to the next, of the same client or of another one; between two it holds no buffer and no server
 * connection. All on the client connection's loop.
 */
public final class Exchange implements RequestJudge.Outcome, ServerSearch.Seeker, LiveSession {
    /** The body counts to the time of the head: {@code timeout http-request} is for both. */
    public static final int AS_FOR_HEAD = -1;

    private static final LoopLocal<ArrayDeque<Exchange>> FREE = new LoopLocal<>(loop -> new ArrayDeque<>());
    private static final int KEPT_PER_LOOP = 4096;

    // what the parts of an exchange share
    final Loop loop;
    Facts facts;
    ClientSide client;
    Tuning tuning;
    final Ledger ledger;
    final RequestSender sender;
    final ServerSearch search;
    final ServerSide server;
    final ResponseRelay relay;

    private final RequestJudge judge;
    private Phase phase = Phase.IDLE;
    /** Whether what came with the head has been handed over: from then on a connection flushes by itself. */
    private boolean bodyHasPassed;

    // made when first needed
    private @Nullable Tarpit tarpit;
    private @Nullable BodyWait bodyWait;
    private @Nullable Tunnel tunnel;
    private @Nullable ClientFailures clientFailures;
    private @Nullable ServerFailures serverFailures;

    public Exchange(Loop loop, Facts facts, ClientSide client, Tuning tuning) {
        this.loop = loop;
        this.facts = facts;
        this.client = client;
        this.tuning = tuning;
        sender = new RequestSender(this);
        facts.requestBody = sender;
        ledger = new Ledger(loop, facts);
        judge = new RequestJudge(loop, facts, ledger, this);
        relay = new ResponseRelay(this, facts, client);
        server = new ServerSide(this, relay);
        search = new ServerSearch(loop, facts, ledger, this);
    }

    /** One for a client that needs it now, and may give it back between two requests ({@link #giveBack}). */
    public static Exchange take(Loop loop, Facts facts, ClientSide client, Tuning tuning) {
        Exchange exchange = FREE.of(loop).pollLast();
        if (exchange == null) {
            return new Exchange(loop, facts, client, tuning);
        }
        exchange.facts = facts;
        exchange.client = client;
        exchange.tuning = tuning;
        facts.requestBody = exchange.sender;
        exchange.ledger.into(facts);
        exchange.judge.into(facts);
        exchange.relay.into(facts, client);
        exchange.search.into(facts);
        return exchange;
    }

    /**
     * Lets go of the client, whose connection is idle or has ended: another one may have this exchange.
     *
     * @return false if it stays with this client, which has connections to servers of its own
     */
    @SuppressWarnings("NullAway") // nobody calls it until it is taken again
    public boolean giveBack() {
        ArrayDeque<Exchange> free = FREE.of(loop);
        if (phase != Phase.IDLE || search.ownsConnections() || free.size() >= KEPT_PER_LOOP) {
            return false;
        }
        facts.requestBody = null;
        facts = null;
        client = null;
        ledger.into(null); // who waits for a client must keep no configuration
        judge.into(null);
        relay.into(null, null);
        search.into(null);
        free.addLast(this);
        return true;
    }

    /** Whether a request has begun and not ended. */
    public boolean isBusy() {
        return phase != Phase.IDLE;
    }

    /** Whether a request is whole, as far as its head goes, and its exchange not over. */
    public boolean isUnderWay() {
        return phase != Phase.IDLE && phase != Phase.REQUEST;
    }

    /** Whether bytes go both ways now. */
    public boolean isTunnel() {
        return phase == Phase.TUNNEL;
    }

    Phase phase() {
        return phase;
    }

    void become(Phase next) {
        phase = next;
    }

    /** The first byte of a request has come. */
    public void begin() {
        phase = Phase.REQUEST;
        facts.requestStartNs = loop.nowNs();
        facts.requestAtMs = loop.nowMs();
        facts.requestsOnConnection++;
    }

    /** What began was no request of this protocol: it is forgotten. */
    public void withdraw() {
        facts.reset();
        facts.requestsOnConnection--;
        phase = Phase.IDLE;
    }

    // ---- (4) the request: rules, backend

    /** The head of the request is whole. */
    public void onRequest() {
        judge.onHead();
    }

    @Override
    public void waitForBody() {
        phase = Phase.BUFFERING;
        bodyWait().begin();
    }

    private BodyWait bodyWait() {
        if (bodyWait == null) {
            bodyWait = new BodyWait(this);
        }
        return bodyWait;
    }

    /** The body, or as much of it as was wanted, is there. */
    void onBodyThere() {
        phase = Phase.REQUEST;
        judge.onBody();
    }

    @Override
    public void await(Awaited awaited) {
        phase = Phase.AWAITING;
        awaited.whenThere(() -> {
            phase = Phase.REQUEST;
            judge.onAwaited();
        });
    }

    @Override
    public void hold(Reply reply, int delayMs) {
        phase = Phase.TARPIT;
        tarpit().hold(reply, delayMs);
    }

    Tarpit tarpit() {
        if (tarpit == null) {
            tarpit = new Tarpit(this);
        }
        return tarpit;
    }

    @Override
    public void drop(boolean silently) {
        facts.terminated(Termination.PROXY, Termination.IN_REQUEST);
        endWithout(silently);
    }

    @Override
    public void hint(List<byte[]> responses) {
        HintWriter.write(this, responses);
    }

    @Override
    public void answer(Reply reply) {
        if (facts.service == null) {
            facts.terminated(Termination.LOCAL, Termination.IN_REQUEST);
        } else {
            answeredAtOnce();
            facts.responseHeadNs = loop.nowNs();
        }
        ReplyWriter.answer(this, reply);
    }

    /** A service counts as a server that is there at once. */
    private void answeredAtOnce() {
        facts.connectingNs = facts.requestHeadNs;
        facts.connectedNs = facts.requestHeadNs;
        facts.terminated(Termination.LOCAL, Termination.IN_REQUEST);
    }

    @Override
    public void forward(Backend backend) {
        phase = Phase.SEARCHING;
        sender.to(backend, facts.onceOnly ? 0 : tuning.bufferSize());
        search.begin(backend);
    }

    @Override
    public void deliver(Backend backend) {
        CachedResponse stored = CachedResponse.of(facts, relay);
        if (!stored.load(tuning)) {
            forward(backend);
            return;
        }
        phase = Phase.WAITING;
        facts.service = CachedResponse.SERVICE;
        backend.persistence().onNoServer(facts);
        answeredAtOnce();
        relay.begin(true);
        server.serve(stored);
        sender.start(stored, facts.request, true);
        stored.start();
    }

    // ---- (5) the server

    @Override
    public Reuse reuse() {
        return server.reuse();
    }

    @Override
    public boolean redirects(Server target) {
        return ServerRedirect.answers(this, target);
    }

    @Override
    public boolean joins(Server target, ConnectionKey key) {
        ServerStream stream = server.join(target, key);
        if (stream != null) {
            send(stream);
        }
        return stream != null;
    }

    @Override
    public void onServerFound(ServerConnection connection) {
        send(server.open(connection));
    }

    @Override
    public void onServerMissing(char who, char when) {
        fail(who == Termination.INTERNAL ? 500 : 503, who, when);
    }

    private void send(ServerStream stream) {
        phase = Phase.WAITING;
        boolean keepAlive =
                judge.connectionMode() == ConnectionMode.KEEP_ALIVE && RequestSender.allowsReuse(facts.request);
        relay.begin(keepAlive);
        RequestFields.nameServer(facts, backend().http().serverNameField(), ledger);
        sender.pace.begin(facts.bandwidth);
        sender.start(stream, facts.request, keepAlive || backend().http().has(HttpOption.PRETEND_KEEP_ALIVE));
        if (bodyHasPassed) {
            sender.flush();
            client.reading(!sender.pace.isFull());
            server.expect(backend());
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
        boolean held =
                server.isFull() && facts.serverTimeoutMs(backend()) > 0; // then it is the server's time that counts
        return held || sender.pace.isFull() ? 0 : phase.bodyTimeoutMs(facts.frontend.timeouts(), facts.backend);
    }

    /** The next {@code length} bytes of the request's body; the caller keeps {@code in} and skips them. */
    public void requestBody(ByteBuf in, int length) {
        facts.bytesIn += length;
        if (phase == Phase.FINISHING && server.stream() == null) {
            return; // the server has answered and gone: nobody wants the rest
        }
        sender.body(in, length);
        if (sender.pace.isFull()) {
            client.reading(false);
        } else if (phase != Phase.FINISHING && !phase.expectsServer() && sender.waitingBytes() >= tuning.bufferSize()) {
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
            bodyWait().onMore();
            return;
        }
        sender.flush();
        if (phase == Phase.FINISHING && sender.isDone()) {
            relay.finish();
            return;
        }
        if (phase.expectsServer()) {
            server.sent(backend());
        }
        if (!sender.hasEnded() && server.isFull()) {
            client.reading(false);
            if (phase == Phase.FINISHING) {
                server.expect(backend()); // to take more
            }
        }
    }

    /** The server takes bytes again: so may the client send them. */
    void onServerWritable() {
        sender.pace.resume();
        client.reading(!sender.pace.isFull());
        ServerStream stream = server.stream();
        if (phase == Phase.FINISHING && stream != null) {
            stream.expect(0);
            client.awaitRequestEnd();
        }
    }

    // ---- (6) the response is the relay's

    /** The client takes bytes again, or no longer. */
    public void onClientWritabilityChanged(boolean writable) {
        relay.onClientWritable(writable);
    }

    /** Bytes of the client in a tunnel; the caller keeps {@code in}. */
    public void tunnelBytes(ByteBuf in) {
        if (phase == Phase.TUNNEL) {
            tunnel().clientBytes(in);
        }
    }

    Tunnel tunnel() {
        if (tunnel == null) {
            tunnel = new Tunnel(this);
        }
        return tunnel;
    }

    // ---- a side fails

    /** Who is told of what the client does not do, or does wrong. */
    public ClientFailures clientFailures() {
        if (clientFailures == null) {
            clientFailures = new ClientFailures(this);
        }
        return clientFailures;
    }

    ServerFailures serverFailures() {
        if (serverFailures == null) {
            serverFailures = new ServerFailures(this);
        }
        return serverFailures;
    }

    // ---- what operators ask

    @Override
    public Facts facts() {
        return facts;
    }

    @Override
    public void kill(char who) {
        serverFailures().kill(who);
    }

    @Override
    public long bytesIn() {
        return facts.bytesIn;
    }

    @Override
    public long bytesOut() {
        return facts.bytesOut + relay.bodyBytes();
    }

    @Override
    public void countBytes() {
        ledger.countBytes(bytesIn(), bytesOut());
    }

    // ---- how it ends

    /** Answers with the page of {@code status}; nothing of a response has been sent yet. */
    @Override
    public void fail(int status, char who, char when) {
        facts.terminated(who, when);
        ReplyWriter.answer(this, ErrorPages.of(facts, status));
    }

    /** Ends the exchange and the client's connection without an answer. */
    void endWithout(boolean silently) {
        end();
        if (silently) {
            client.vanish();
        } else {
            client.abort();
        }
    }

    /** Counts and logs, and forgets the request. What must still be sent has been given to the client's side. */
    void end() {
        search.clear();
        server.close();
        sender.clear();
        if (tunnel != null) {
            tunnel.clear();
        }
        if (tarpit != null) {
            tarpit.stop();
        }
        if (bodyWait != null) {
            bodyWait.stop();
        }
        facts.endNs = loop.nowNs();
        ledger.ends();
        server.clear();
        relay.clear();
        facts.reset();
        bodyHasPassed = false;
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
        relay.dispose();
        search.dispose();
    }

    Backend backend() {
        Backend present = facts.backend;
        if (present == null) {
            throw new IllegalStateException("no backend in phase " + phase);
        }
        return present;
    }
}
