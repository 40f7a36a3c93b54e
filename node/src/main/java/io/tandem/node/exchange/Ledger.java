// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Observer;
import io.tandem.node.backend.Server;
import io.tandem.node.frontend.LogStep;
import io.tandem.node.language.Mode;
import io.tandem.node.loop.Loop;
import io.tandem.node.observe.Meters;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.StickCounters;
import org.jspecify.annotations.Nullable;

/** Keeps the books of an exchange: which counters it raises as it goes along, and the log line at its end. */
public final class Ledger {
    private final Loop loop;
    private Facts facts;
    private @Nullable Backend backend;
    private @Nullable Server server;
    private boolean silent;
    /** What has been counted before the end. */
    private long countedIn;

    private long countedOut;

    public Ledger(Loop loop, Facts facts) {
        this.loop = loop;
        this.facts = facts;
    }

    /** From now on it keeps the books of another client. */
    void into(Facts facts) {
        this.facts = facts;
    }

    void requestBegins() {
        facts.tracking.beginRequest(true, nowMs());
        facts.frontend.meters().count(loop.index(), ProxyCounter.REQUESTS);
        reached(LogStep.REQUEST);
    }

    /** It has come so far: a line more where {@code log-steps} has the step. */
    public void reached(LogStep step) {
        if (step.isIn(facts.frontend.logSteps())) {
            facts.frontend.accessLog().more(facts, step, null);
        }
    }

    public void backendBegins() {
        Backend present = facts.backend;
        if (present != null) {
            backend = present;
            present.meters().begin(loop.index());
            present.meters().count(loop.index(), ProxyCounter.REQUESTS);
        }
    }

    /** A slot at {@code chosen} has been taken for it. */
    void serverBegins(Server chosen) {
        server = chosen;
        Meters meters = chosen.state().meters();
        meters.count(loop.index(), ProxyCounter.SESSIONS);
        meters.count(loop.index(), ProxyCounter.REQUESTS);
    }

    /** The slot at the server is free again; whoever waits for one is told. */
    void serverEnds() {
        Server left = server;
        if (left != null) {
            server = null;
            left.state().release(loop.index());
        }
    }

    private void count(@Nullable Backend proxy, ProxyCounter counter) {
        if (proxy != null) {
            proxy.meters().count(loop.index(), counter);
        }
    }

    /** Counts for a server and its backend. */
    public void count(Server where, ProxyCounter counter) {
        where.state().meters().count(loop.index(), counter);
        count(facts.backend, counter);
    }

    /** Counts for everybody involved: frontend, backend, and the server if one was chosen. */
    public void countBoth(@Nullable Server where, ProxyCounter counter) {
        facts.frontend.meters().count(loop.index(), counter);
        if (where != null) {
            where.state().meters().count(loop.index(), counter);
        }
        count(facts.backend, counter);
    }

    /** A server has answered with {@code facts.status}. */
    void serverAnswered() {
        ProxyCounter counter = ProxyCounter.ofStatus(facts.status);
        Server present = server;
        if (present != null) {
            present.state().meters().count(loop.index(), counter);
            Observer observer = present.state().observer();
            if (observer != null) {
                observer.answered(facts.status);
            }
        }
        answered();
    }

    /** A server has not answered as it should. */
    void serverErred(Server where, Observer.@Nullable Fault error) {
        count(where, ProxyCounter.RESPONSE_ERRORS);
        Observer observer = where.state().observer();
        if (observer != null && error != null) {
            observer.failed(error);
        }
    }

    /** The client gets an answer with {@code facts.status}. */
    void answered() {
        ProxyCounter counter = ProxyCounter.ofStatus(facts.status);
        StickCounters.count(facts.tracking, facts.configuration, facts.status, nowMs());
        facts.frontend.meters().count(loop.index(), counter);
        count(facts.backend, counter);
    }

    /** A request that could not be read. */
    void badRequest() {
        facts.tracking.countRequestError(nowMs());
        Meters meters = facts.frontend.meters();
        meters.count(loop.index(), ProxyCounter.REQUESTS);
        facts.countInFront(ProxyCounter.REQUEST_ERRORS);
        meters.count(loop.index(), ProxyCounter.ofStatus(facts.status));
    }

    /** There shall be no log line. */
    void silently() {
        silent = true;
    }

    /**
     * The response goes to the client: a line that does not wait for its end is written now ({@code option logasap}).
     *
     * @param bodyBytes those of the body that came with the head
     */
    void answerBegins(long bodyBytes) {
        reached(LogStep.RESPONSE);
        if (facts.frontend.accessLog().isEarly()) {
            facts.endNs = loop.nowNs();
            facts.bytesOut += bodyBytes;
            facts.frontend.accessLog().log(facts);
            facts.bytesOut -= bodyBytes;
            silent = true;
        }
    }

    /** Everything has been said: adds up the bytes, gives the slots back, writes the log line. */
    public void ends() {
        facts.tracking.countBytes(facts.bytesIn, facts.bytesOut, nowMs());
        addBytes(facts.frontend.meters());
        Meters listener = facts.listener;
        if (listener != null) {
            addBytes(listener);
        }
        boolean timed = facts.connectedNs != 0 && (facts.responseHeadNs != 0 || facts.frontend.mode() == Mode.TCP);
        Backend presentBackend = backend;
        if (presentBackend != null) {
            addBytes(presentBackend.meters());
            if (timed) {
                addTimes(presentBackend.meters());
            }
        }
        Server presentServer = server;
        if (presentServer != null) {
            addBytes(presentServer.state().meters());
            if (timed) {
                addTimes(presentServer.state().meters());
            }
        }
        countedIn = 0;
        countedOut = 0;
        serverEnds();
        if (presentBackend != null) {
            backend = null;
            presentBackend.meters().end(loop.index());
        }
        if (!silent) {
            facts.frontend.accessLog().log(facts); // counts the others at the server and the backend, as HAProxy
        }
        silent = false;
    }

    private long nowMs() {
        return loop.nowNs() / 1_000_000;
    }

    private void addTimes(Meters meters) {
        long queuedNs = facts.queuedNs != 0 ? facts.queuedNs : facts.requestHeadNs;
        meters.times()
                .add(
                        loop.index(),
                        ms(queuedNs, facts.connectingNs),
                        ms(facts.connectingNs, facts.connectedNs),
                        facts.responseHeadNs == 0 ? 0 : ms(facts.connectedNs, facts.responseHeadNs),
                        ms(facts.requestStartNs, facts.endNs));
    }

    private static long ms(long fromNs, long toNs) {
        return fromNs == 0 ? 0 : Math.max(0, (toNs - fromNs) / 1_000_000);
    }

    private void addBytes(Meters meters) {
        addBytes(meters, facts.bytesIn - countedIn, facts.bytesOut - countedOut);
    }

    private void addBytes(Meters meters, long in, long out) {
        meters.counters().add(loop.index(), ProxyCounter.BYTES_IN, in);
        meters.counters().add(loop.index(), ProxyCounter.BYTES_OUT, out);
    }

    /** Adds what has passed so far; the rest is added at the end. */
    public void countBytes(long in, long out) {
        long moreIn = in - countedIn;
        long moreOut = out - countedOut;
        addBytes(facts.frontend.meters(), moreIn, moreOut);
        if (facts.listener != null) {
            addBytes(facts.listener, moreIn, moreOut);
        }
        if (backend != null) {
            addBytes(backend.meters(), moreIn, moreOut);
        }
        if (server != null) {
            addBytes(server.state().meters(), moreIn, moreOut);
        }
        countedIn = in;
        countedOut = out;
    }
}
