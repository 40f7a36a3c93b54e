// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.Timeouts;
import io.tandem.node.backend.WaitingLine;
import io.tandem.node.backend.pool.OwnConnections;
import io.tandem.node.backend.pool.Reuse;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.backend.pool.ServerPools;
import io.tandem.node.backend.pool.ServerSeeker;
import io.tandem.node.frontend.http.HttpSettings;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import org.jspecify.annotations.Nullable;

/**
 * Finds a server for an exchange or a TCP session and connects to it: choice, waiting line, connection, retries and
 * redispatch (step 5). One per seeker, reused.
 */
public final class ServerSearch {
    /** Whom a server is sought for. */
    public interface Seeker extends ServerSeeker {
        /** Which connections that others used before will do. */
        Reuse reuse();

        /** The search is over: a connection that is established, new or taken from the pool. */
        void onServerFound(ServerConnection connection);

        /** The search is over without a server. */
        void onServerMissing(char who, char when);
    }

    private enum State {
        IDLE,
        /** In line for a free slot. */
        QUEUED,
        /** A connection is on its way. */
        CONNECTING,
        /** Waiting for the next attempt at the same server. */
        PAUSING
    }

    /** Before the next attempt at the same server HAProxy waits so long. */
    private static final int RETRY_DELAY_MS = 1000;

    private final Loop loop;
    private final Facts facts;
    private final Ledger ledger;
    private final Seeker seeker;
    private State state = State.IDLE;
    private @Nullable Backend backend;
    private @Nullable ServerConnection connecting;
    private @Nullable Timer patience;
    private WaitingLine.@Nullable Ticket ticket;
    /** Connections kept for this client alone; null while there never was one. */
    private @Nullable OwnConnections own;

    public ServerSearch(Loop loop, Facts facts, Ledger ledger, Seeker seeker) {
        this.loop = loop;
        this.facts = facts;
        this.ledger = ledger;
        this.seeker = seeker;
    }

    /** Begins; the seeker may hear how it ended before this returns. */
    public void begin(Backend backend) {
        this.backend = backend;
        choose(backend, backend.persistence().serverFor(facts), null);
    }

    public boolean isQueued() {
        return state == State.QUEUED;
    }

    /** @param wanted the server the client had before; where it is full another one does */
    private void choose(Backend backend, @Nullable Server wanted, @Nullable Server avoid) {
        boolean persists = wanted != null && !wanted.isFull();
        Server chosen = persists ? wanted : backend.balancer().choose(facts, avoid);
        if (chosen == null) {
            if (backend.usableServers() > 0) {
                enqueue(backend);
            } else {
                state = State.IDLE;
                seeker.onServerMissing(Termination.SERVER, Termination.IN_CONNECT);
            }
            return;
        }
        facts.server = chosen;
        backend.persistence().onServerChosen(facts);
        ledger.serverBegins(chosen);
        facts.connectingNs = loop.nowNs();
        connect(backend, chosen);
    }

    private void enqueue(Backend backend) {
        state = State.QUEUED;
        if (facts.queuedNs == 0) {
            facts.queuedNs = loop.nowNs();
        }
        WaitingLine line = backend.state().waiting();
        WaitingLine.Ticket place = line.join(this::onTurn, loop.eventLoop());
        ticket = place;
        facts.backendQueue = place.ahead();
        Timer timer = patience();
        if (!timer.isRunning()) {
            Timeouts timeouts = backend.timeouts();
            timer.start(timeouts.queue() > 0 ? timeouts.queue() : timeouts.connect());
        }
        for (Server candidate : backend.servers()) {
            if (candidate.state().isUsable() && !candidate.isFull()) {
                line.callNext(); // a slot came free before we stood in line
                return;
            }
        }
    }

    /** A slot may be free. */
    private void onTurn() {
        Backend present = backend;
        if (state == State.QUEUED && present != null) {
            loop.tick();
            ticket = null;
            state = State.IDLE;
            choose(present, facts.persistent, null);
            if (state != State.QUEUED) {
                patience().stop();
            }
        }
    }

    private void connect(Backend backend, Server target) {
        ServerPools pools = ServerPools.of(loop);
        ConnectionKey key = pools.key(target, facts);
        ServerConnection idle = pools.idle(target, key, seeker.reuse(), own);
        if (idle != null) {
            state = State.IDLE;
            ledger.count(target, ProxyCounter.REUSES);
            facts.connectedNs = loop.nowNs();
            seeker.onServerFound(idle);
            return;
        }
        state = State.CONNECTING;
        ledger.count(target, ProxyCounter.CONNECTS);
        ServerConnection started =
                pools.connect(target, seeker, facts, key, backend.timeouts().connect());
        if (state == State.CONNECTING) {
            connecting = started;
        }
    }

    /** To be called by the seeker when it hears so. */
    public void onConnected(ServerConnection connection) {
        state = State.IDLE;
        connecting = null;
        facts.connectedNs = loop.nowNs();
        seeker.onServerFound(connection);
    }

    /** To be called by the seeker when it hears so. */
    public void onConnectFailed(boolean timedOut) {
        Backend present = backend;
        Server failed = facts.server;
        connecting = null;
        if (present == null || failed == null) {
            throw new IllegalStateException("a connection failed that nobody asked for");
        }
        if (facts.retries >= present.retries()) {
            state = State.IDLE;
            ledger.count(failed, ProxyCounter.CONNECT_ERRORS);
            seeker.onServerMissing(timedOut ? Termination.SERVER_TIMEOUT : Termination.SERVER, Termination.IN_CONNECT);
            return;
        }
        facts.retries++;
        if (present.redispatchesAt(facts.retries) && present.usableServers() > 1) {
            ledger.count(failed, ProxyCounter.REDISPATCHES);
            facts.redispatched = true;
            ledger.serverEnds();
            choose(present, null, failed);
            return;
        }
        ledger.count(failed, ProxyCounter.RETRIES);
        if (timedOut) {
            connect(present, failed);
        } else {
            state = State.PAUSING;
            int connect = present.timeouts().connect();
            patience().start(connect > 0 ? Math.min(connect, RETRY_DELAY_MS) : RETRY_DELAY_MS);
        }
    }

    private Timer patience() {
        if (patience == null) {
            patience = new Timer(loop) {
                @Override
                protected void onTimeout() {
                    onPatienceOver();
                }
            };
        }
        return patience;
    }

    private void onPatienceOver() {
        Server target = facts.server;
        Backend present = backend;
        if (state == State.QUEUED) {
            leaveLine();
            state = State.IDLE;
            seeker.onServerMissing(Termination.SERVER_TIMEOUT, Termination.IN_QUEUE);
        } else if (state == State.PAUSING && target != null && present != null) {
            connect(present, target);
        }
    }

    private void leaveLine() {
        WaitingLine.Ticket place = ticket;
        if (place != null) {
            ticket = null;
            place.leave();
        }
    }

    /** The exchange on {@code connection} is complete and both sides may go on: it waits for the next one. */
    public void release(ServerConnection connection) {
        Backend present = facts.backend;
        boolean shares =
                present != null && present.http().reuse() != HttpSettings.Reuse.NEVER && !connection.isPrivate();
        if (!shares && own == null) {
            own = new OwnConnections();
        }
        ServerPools.of(loop).release(connection, facts, shares ? null : own);
    }

    /** Gives up, or forgets a search that is over. */
    public void clear() {
        leaveLine();
        if (patience != null) {
            patience.stop();
        }
        if (connecting != null) {
            connecting.close();
            connecting = null;
        }
        state = State.IDLE;
        backend = null;
    }

    /** The seeker's connection has ended for good. */
    public void dispose() {
        clear();
        if (patience != null) {
            patience.dispose();
        }
        if (own != null) {
            own.close();
        }
    }
}
