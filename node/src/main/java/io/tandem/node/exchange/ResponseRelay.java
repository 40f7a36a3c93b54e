// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.http.ResponseListener;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.content.BodyFilter;
import io.tandem.node.content.BodyFilters;
import io.tandem.node.content.BodySink;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.frontend.http.h1.Malformed;
import io.tandem.node.observe.BadMessages;
import io.tandem.node.rules.BodyBytes;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import io.tandem.node.rules.Termination;
import org.jspecify.annotations.Nullable;

/**
 * The way back (step 6): judges a response's head and passes its parts on, from the server's side to the client's. What a
 * server does wrong is for {@link ServerFailures}. One per exchange, reused.
 */
final class ResponseRelay implements ResponseListener {
    private final Exchange exchange;
    private Facts facts;
    private ClientSide client;

    private boolean clientKeepsAlive;
    private boolean serverKeepsAlive;
    /** Whether the connection to the server is this client's alone from now on. */
    private boolean authenticates;
    /** Whether the server sent more than its response. */
    private boolean surplus;
    /** Body bytes so far, as HAProxy counts them. */
    private long bodyBytes;
    /** Null where nothing has ever been held. */
    private @Nullable ResponseHold hold;
    /** Who looks at the body on its way; null for nobody. */
    private @Nullable BodyFilter filter;
    /** What bandwidth limits hold back of the body. */
    private final ResponsePace pace;

    ResponseRelay(Exchange exchange, Facts facts, ClientSide client) {
        this.exchange = exchange;
        this.facts = facts;
        this.client = client;
        pace = new ResponsePace(exchange, this);
    }

    /** From now on responses go to another client. */
    void into(Facts facts, ClientSide client) {
        this.facts = facts;
        this.client = client;
    }

    /** A response is awaited; {@code serverKeepsAlive}: the server's connection may go on behind it. */
    void begin(boolean serverKeepsAlive) {
        this.serverKeepsAlive = serverKeepsAlive;
        bodyBytes = 0;
        dropFilter();
        if (hold != null) {
            hold.clear();
        }
    }

    @Override
    public void onInterim() {
        exchange.sender.keepFor(0); // the server has begun on it, and the client knows: it is not sent again
        facts.bytesOut += facts.response.countedSize();
        client.interim(facts.response);
    }

    @Override
    public Fate onResponse(@Nullable ByteBuf in, int length) {
        Backend backend = exchange.backend();
        if (backend.retryOn().coversStatus(facts.response.status())
                && exchange.serverFailures().sendsAgain()) {
            return Fate.REFUSED;
        }
        facts.responseHeadNs = exchange.loop.nowNs();
        facts.responding = true;
        facts.status = facts.response.status();
        facts.serverStatus = facts.status;
        if (!ResponseJudge.isAgreed(facts)) {
            onMalformed();
            return Fate.REFUSED;
        }
        facts.bytesOut += facts.response.countedSize();
        exchange.ledger.serverAnswered();
        authenticates = ResponseJudge.authenticatesConnection(facts);
        BodyFilters.onResponseHead(facts, backend);
        boolean looked =
                backend.http().looksAtResponseBodies() || facts.frontend.http().looksAtResponseBodies();
        if (looked && facts.response.framing() != Framing.NONE) {
            return hold();
        }
        return judge(backend, in, length);
    }

    /** The body stays here until rules have been judged, or judged further. */
    private Fate hold() {
        ResponseHold present = hold;
        if (present == null) {
            present = new ResponseHold(exchange, this::onHeldTooLong);
            hold = present;
        }
        present.begin();
        return Fate.TAKEN;
    }

    private boolean isHolding() {
        return hold != null && hold.isActive();
    }

    /** The rules go on with what is here; afterwards it goes to the client. */
    private void resume() {
        ResponseHold present = hold;
        if (present == null) {
            return;
        }
        do {
            present.stop();
            judge(exchange.backend(), null, 0);
        } while (present.isActive() && present.isEnough());
        if (present.isActive() || exchange.phase() != Phase.RESPONDING) {
            return; // another rule waits, or it is over
        }
        ByteBuf body = present.take();
        if (body != null) {
            bodyBytes += body.readableBytes();
            pass(body, body.readableBytes(), false);
            body.release();
        }
        exchange.server.reading(pace.hasRoom());
        if (present.hasEnded()) {
            onResponseEnd(present.trailers(), present.hasSurplus());
        } else {
            holdServer();
        }
    }

    /** A rule has waited too long, or the server has been silent for too long meanwhile. */
    private void onHeldTooLong() {
        ResponseHold present = hold;
        if (present != null && present.isActive()) {
            facts.bytesOut += present.length();
            facts.responseHeadNs = 0;
            facts.bodyWaitMs = 0;
            present.clear();
            exchange.server.close();
            exchange.fail(504, Termination.SERVER_TIMEOUT, Termination.IN_REQUEST); // as HAProxy logs it
        }
    }

    private Fate judge(Backend backend, @Nullable ByteBuf in, int length) {
        if (!ResponseJudge.passes(facts, backend)) {
            if (facts.bodyWaitMs > 0) {
                return hold();
            }
            facts.bytesOut += bodyHere(in, length);
            refuse(facts.reply, facts.silent);
            return Fate.REFUSED;
        }
        backend.persistence().onResponse(facts);
        if (!ResponseJudge.passesLast(facts)) {
            facts.bytesOut += bodyHere(in, length);
            exchange.server.close();
            ReplyWriter.answerFailure(exchange);
            return Fate.REFUSED;
        }
        exchange.ledger.answerBegins(bodyHere(in, length));
        exchange.become(Phase.RESPONDING);
        BodyFilter chosen = BodyFilters.onResponse(facts, backend);
        filter = chosen;
        clientKeepsAlive = ResponseJudge.mayKeepClient(facts) && ResponseJudge.showsItsEnd(facts);
        ByteBuf received = !pace.begins() && chosen == null ? in : null; // what a filter sees has no head in front
        return client.head(facts.response, clientKeepsAlive, ResponseJudge.opensTunnel(facts), received, length)
                ? Fate.AS_RECEIVED
                : Fate.TAKEN;
    }

    /** Body bytes that are here already. */
    private long bodyHere(@Nullable ByteBuf in, int length) {
        BodyBytes held = facts.responseBody;
        return held != null ? held.length() : ResponseJudge.bodyBehindHead(facts, in, length);
    }

    /** @param instead what the client gets; null for the end of its connection */
    private void refuse(@Nullable Reply instead, boolean silently) {
        facts.encoding = null;
        exchange.server.close();
        facts.terminated(Termination.PROXY, Termination.IN_HEADERS);
        if (instead != null) {
            ReplyWriter.answer(exchange, instead);
            return;
        }
        if (silently) { // as HAProxy logs it
            facts.terminationWhen = Termination.IN_REQUEST;
            facts.responseHeadNs = 0;
        }
        exchange.endWithout(silently);
    }

    @Override
    public void onResponseBody(ByteBuf in, int length, int headLength, boolean all) {
        ResponseHold present = hold;
        if (present != null && present.isActive()) {
            present.add(in, length);
            return;
        }
        bodyBytes += length - headLength;
        pass(in, length, all);
        if (!client.isWritable() || !pace.hasRoom()) {
            holdServer();
        }
    }

    private void pass(ByteBuf in, int length, boolean all) {
        if (!pace.takes(in, length)) {
            filter(in, length, all);
        }
    }

    /** The next bytes of the body, on through its filter. */
    void filter(ByteBuf in, int length, boolean all) {
        BodyFilter present = filter;
        BodySink next = pace.behind(client);
        if (present == null) {
            next.body(in, length, all);
        } else {
            present.body(in, length, all, next);
        }
    }

    void flushFilter() {
        BodyFilter present = filter;
        if (present != null) {
            present.flush(pace.behind(client));
        }
    }

    private void endFilter(@Nullable Trailers trailers) {
        BodyFilter present = filter;
        if (present != null) {
            filter = null;
            present.end(trailers, pace.behind(client));
        }
    }

    private void dropFilter() {
        BodyFilter present = filter;
        if (present != null) {
            filter = null;
            present.close();
        }
    }

    @Override
    public void onTunnelBytes(ByteBuf in) {
        if (exchange.phase() == Phase.TUNNEL) {
            exchange.tunnel().serverBytes(in);
            if (!client.isWritable()) {
                holdServer();
            }
        }
    }

    @Override
    public void onServerReadComplete() {
        if (hold != null && hold.isActive() && hold.isEnough()) {
            resume();
        }
        if (exchange.isBusy()) {
            flushFilter();
            holdServer();
            if (exchange.phase().expectsServer()) {
                exchange.server.expect(exchange.backend());
            }
        }
    }

    /** What has been written is more than a client takes at a time: without room in its socket nothing more is read. */
    void holdServer() {
        client.flush();
        if (!client.isWritable() || !pace.hasRoom()) {
            exchange.server.reading(false);
        }
    }

    /** The client takes bytes again, or no longer. */
    void onClientWritable(boolean writable) {
        if (writable) {
            pace.resume();
        }
        exchange.server.reading(writable && pace.hasRoom());
    }

    @Override
    public void onServerWritabilityChanged(boolean writable) {
        if (writable) {
            exchange.onServerWritable();
        }
    }

    @Override
    public void onResponseEnd(@Nullable Trailers trailers, boolean surplus) {
        ResponseHold held = hold;
        if (held != null && held.isActive()) {
            held.end(trailers, surplus);
            resume();
            return;
        }
        if (pace.hasEnd()) {
            pace.onSurplus();
            return;
        }
        ServerStream present = exchange.server.stream();
        if (ResponseJudge.opensTunnel(facts) && present != null) {
            exchange.become(Phase.TUNNEL);
            exchange.tunnel().open(present, facts.frontend.timeouts(), facts.timeouts(exchange.backend()));
            return;
        }
        if (trailers != null) {
            boolean dropped = facts.frontend.http().has(HttpOption.DROP_RESPONSE_TRAILERS);
            bodyBytes += 1 + (dropped ? 0 : trailers.countedSize());
        }
        end(trailers, surplus);
    }

    /** The body has been received; what limits still hold of it goes first. */
    void end(@Nullable Trailers trailers, boolean surplus) {
        if (pace.keepsEnd(trailers, surplus, false)) {
            return;
        }
        endFilter(trailers);
        if (pace.keepsEnd(trailers, surplus, true)) {
            return;
        }
        Trailers passed = facts.frontend.http().has(HttpOption.DROP_RESPONSE_TRAILERS) ? null : trailers;
        client.end(passed);
        this.surplus = surplus;
        finishOrWait(exchange.server.stream());
    }

    /** The response is complete: the rest of the request still goes to the server, if there is one. */
    private void finishOrWait(@Nullable ServerStream present) {
        if (client.isRequestComplete() ? exchange.sender.pace.holds() : client.awaitRequestEnd()) {
            client.flush();
            exchange.become(Phase.FINISHING);
            if (present != null) {
                present.expect(0);
            }
        } else {
            finish();
        }
    }

    /** Request and response are complete. */
    void finish() {
        boolean asked = client.isRequestComplete() && !exchange.sender.pace.holds();
        ServerConnection idle = exchange.server.release(!surplus && serverKeepsAlive && asked);
        if (idle != null) {
            if (authenticates) {
                exchange.search.onConnectionAuthenticates(idle);
            }
            exchange.search.release(idle);
        }
        countBody();
        boolean keepAlive = clientKeepsAlive && client.isRequestComplete();
        exchange.end();
        client.finished(keepAlive);
    }

    /** The server's end is the end of the response. */
    void endWithServer() {
        endFilter(null);
        client.end(null);
        countBody();
        exchange.end();
        client.finished(false);
    }

    /** A response that has begun goes no further: the client sees it by the end of the connection. */
    void breakOff(char who) {
        facts.terminated(who, Termination.IN_DATA);
        countBody();
        exchange.end();
        client.finished(false);
    }

    /** Bytes of the response's body that have passed, which {@link Facts#bytesOut} does not know yet. */
    long bodyBytes() {
        return bodyBytes;
    }

    /** Adds what has passed to the bytes of the request. */
    void countBody() {
        facts.bytesOut += bodyBytes;
    }

    @Override
    public void onBadBytes(byte[] head, int had, ByteBuf in, int position, Malformed reason) {
        int limit = exchange.tuning.bufferSize();
        BadBytes.keep(facts, BadMessages.Kind.RESPONSE, head, had, in, limit, position, reason);
    }

    @Override
    public void onMalformed() {
        exchange.serverFailures().onMalformed();
    }

    @Override
    public void onServerHalfClosed() {
        if (exchange.phase() == Phase.TUNNEL) {
            exchange.tunnel().end();
        }
    }

    @Override
    public void onServerClosed(boolean orderly) {
        if (pace.keepsClose(orderly)) {
            return;
        }
        boolean held = isHolding();
        while (isHolding()) {
            resume(); // with what there is: one rule after the other may have waited for more
        }
        if (!held || exchange.phase() == Phase.RESPONDING) {
            exchange.serverFailures().onClosed(orderly);
        }
    }

    @Override
    public void onServerRefused() {
        exchange.serverFailures().onRefused();
    }

    @Override
    public void onServerKilled(char who) {
        exchange.serverFailures().onKilled(who);
    }

    @Override
    public void onServerTimeout() {
        if (isHolding()) {
            onHeldTooLong();
            return;
        }
        if (pace.holds() || exchange.sender.pace.holds()) {
            exchange.server.expect(exchange.backend()); // it waits for our limits, and not we for it
            return;
        }
        exchange.serverFailures().onTimeout();
    }

    /** Forgets what the request's end leaves behind. */
    void clear() {
        surplus = false;
        authenticates = false;
        pace.clear();
        dropFilter();
        if (hold != null) {
            hold.clear();
        }
    }

    /** The connection has ended for good. */
    void dispose() {
        if (hold != null) {
            hold.dispose();
        }
    }
}
