// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.Observer;
import io.tandem.node.backend.QueueTicket;
import io.tandem.node.backend.Queues;
import io.tandem.node.backend.RetryOn;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import io.tandem.node.backend.Timeouts;
import io.tandem.node.backend.Waiter;
import io.tandem.node.backend.pool.OwnConnections;
import io.tandem.node.backend.pool.Reuse;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.backend.pool.ServerPools;
import io.tandem.node.backend.pool.ServerSeeker;
import io.tandem.node.frontend.LogStep;
import io.tandem.node.frontend.http.HttpSettings;
import io.tandem.node.frontend.http.Upgrade;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds a server for an exchange or a TCP session and connects to it: choice, queue, connection, retries and
 * redispatch (step 5). One per seeker, reused.
 */
public final class ServerSearch implements Waiter, ServerSeeker {
    /** Whom a server is sought for. */
    public interface Seeker {
        /** Which connections that others used before will do. */
        Reuse reuse();

        /** Whether it goes on at once, on a connection to {@code server} that is in use and takes several exchanges. */
        default boolean joins(Server server, ConnectionKey key) {
            return false;
        }

        /** Whether it is sent to another place instead of the server, which has been told already. */
        default boolean redirects(Server server) {
            return false;
        }

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

    /** Where a server's connections are as many as they may be. */
    private static final int ROOM_DELAY_MS = 2;

    /** So many attempts that fail at once follow each other without the loop doing anything else. */
    private static final int MOST_AT_ONCE = 8;

    /** How often another loop may be faster at taking the slot of a server chosen for one; then it is waited for. */
    private static final int MOST_TRIES = 3;

    private static final char VALID_COOKIE = 'V';
    private static final char COOKIE_OF_SERVER_DOWN = 'D';

    private final Loop loop;
    private Facts facts;
    private final Ledger ledger;
    private final Seeker seeker;
    private State state = State.IDLE;
    private @Nullable Backend backend;
    private @Nullable ServerConnection connecting;
    private @Nullable Timer patience;
    private @Nullable QueueTicket ticket;
    /** Connections kept for this client alone; null while there never was one. */
    private @Nullable OwnConnections own;

    public ServerSearch(Loop loop, Facts facts, Ledger ledger, Seeker seeker) {
        this.loop = loop;
        this.facts = facts;
        this.ledger = ledger;
        this.seeker = seeker;
    }

    /** From now on servers are sought for another client. */
    void into(Facts facts) {
        this.facts = facts;
    }

    /** Whether connections are kept for this client alone. */
    boolean ownsConnections() {
        return own != null;
    }

    /** Begins; the seeker may hear how it ended before this returns. */
    public void begin(Backend backend) {
        this.backend = backend;
        Server wanted = backend.persistence().serverFor(facts);
        if (wanted == null && own != null) {
            wanted = own.stayingWith(backend);
        }
        if (wanted == null) {
            choose(backend, null);
        } else if (wanted.state().tryTake()) {
            onSlotTaken(backend, wanted);
        } else {
            waitFor(backend, wanted, true);
        }
    }

    /** The server authenticates its connection: no other client may use it, and this one stays with it. */
    void onConnectionAuthenticates(ServerConnection connection) {
        connection.makePrivate();
        if (own == null) {
            own = new OwnConnections(facts.frontend.serverConnections());
        }
        own.stayWithLast();
    }

    public boolean isQueued() {
        return state == State.QUEUED;
    }

    /** @param avoid the server not to choose if there is another, or null */
    private void choose(Backend backend, @Nullable Server avoid) {
        Queues queues = backend.state().queues();
        Server previous = null;
        int tries = 0;
        while (true) {
            Server chosen = backend.balancer().choose(facts, avoid);
            if (chosen == null) {
                state = State.IDLE;
                if (backend.usableServers() > 0) {
                    enqueue(backend, null);
                } else {
                    seeker.onServerMissing(Termination.SERVER, Termination.IN_CONNECT);
                }
                return;
            }
            if (chosen.state().tryTake()) {
                ledger.count(chosen, ProxyCounter.BALANCED);
                onSlotTaken(backend, chosen);
                return;
            }
            if (!chosen.isFull() && queues.ofBackend().length() > 0) {
                enqueue(backend, null); // there are others before it
                return;
            }
            if (chosen == previous || ++tries == MOST_TRIES) { // the algorithm wants this one, full or not
                ledger.count(chosen, ProxyCounter.BALANCED);
                waitFor(backend, chosen, false);
                return;
            }
            previous = chosen;
        }
    }

    /** Waits for one server that is full; with its queue full too, another one does where redispatch allows. */
    private void waitFor(Backend backend, Server wanted, boolean persists) {
        ServerState target = wanted.state();
        int most = target.limits().maxQueue();
        facts.server = wanted;
        if (most == 0 || target.queue().length() < most) {
            enqueue(backend, wanted);
        } else if (persists && backend.redispatches()) {
            redispatch(backend, wanted);
        } else {
            state = State.IDLE;
            ledger.count(wanted, ProxyCounter.CONNECT_ERRORS);
            seeker.onServerMissing(Termination.SERVER, Termination.IN_QUEUE);
        }
    }

    private void redispatch(Backend backend, Server from) {
        ledger.count(from, ProxyCounter.REDISPATCHES);
        facts.redispatched = true;
        if (facts.cookieRequest == VALID_COOKIE) {
            facts.cookieRequest = COOKIE_OF_SERVER_DOWN;
        }
        facts.server = null;
        choose(backend, from);
    }

    /** @param wanted the server it waits for, or null for any */
    private void enqueue(Backend backend, @Nullable Server wanted) {
        state = State.QUEUED;
        if (facts.queuedNs == 0) {
            facts.queuedNs = loop.nowNs();
        }
        Timer timer = patience();
        if (!timer.isRunning()) {
            Timeouts timeouts = backend.timeouts();
            timer.start(timeouts.queue() > 0 ? timeouts.queue() : timeouts.connect());
        }
        Queues queues = backend.state().queues();
        ticket = queues.join(this, wanted, facts.priorityClass, loop.monotonicMs() + facts.priorityOffsetMs);
        if (wanted == null) {
            for (Server candidate : backend.servers()) {
                if (candidate.state().isUsable() && !candidate.isFull()) {
                    queues.serve(candidate.state()); // a slot came free before we stood in line
                }
            }
        }
    }

    @Override
    public Executor loop() {
        return loop.eventLoop();
    }

    /** Under the lock of the queues, perhaps on another thread: this one waits, and thus nothing here changes. */
    @Override
    public @Nullable Server serverOf(ServerState server) {
        Backend present = backend;
        return present == null ? null : present.balancer().candidate(server);
    }

    @Override
    public void onSlot(Server server) {
        Backend present = backend;
        if (present == null) {
            throw new IllegalStateException("called from a queue without waiting");
        }
        loop.tick();
        leftQueue();
        onSlotTaken(present, server);
    }

    @Override
    public void onServerGone() {
        Backend present = backend;
        Server gone = facts.server;
        if (present == null || gone == null) {
            throw new IllegalStateException("sent away from a queue without waiting");
        }
        loop.tick();
        leftQueue();
        redispatch(present, gone);
    }

    private void leftQueue() {
        QueueTicket present = ticket;
        ticket = null;
        patience().stop();
        state = State.IDLE;
        if (present != null && present.isForServer()) {
            facts.serverQueue += present.position();
        } else if (present != null) {
            facts.backendQueue += present.position();
        }
    }

    private void onSlotTaken(Backend backend, Server chosen) {
        facts.server = chosen;
        ledger.serverBegins(chosen);
        backend.persistence().onServerChosen(facts);
        facts.connectingNs = loop.nowNs();
        if (chosen.description().redirect() == null || !seeker.redirects(chosen)) {
            connect(backend, chosen);
        }
    }

    private void connect(Backend backend, Server target) {
        ServerPools pools = ServerPools.of(loop);
        Server reached = target.forWebSockets();
        if (reached != target && !Upgrade.isWebSocket(facts.request)) {
            reached = target;
        }
        ConnectionKey key = pools.key(reached, facts);
        state = State.IDLE;
        facts.connectedNs = loop.nowNs();
        if (seeker.joins(reached, key)) {
            ledger.count(target, ProxyCounter.REUSES);
            ledger.reached(LogStep.CONNECT);
            return;
        }
        facts.connectedNs = 0;
        ServerConnection idle = pools.idle(reached, key, seeker.reuse(), own);
        if (idle != null) {
            state = State.IDLE;
            ledger.count(target, ProxyCounter.REUSES);
            facts.connectedNs = loop.nowNs();
            facts.serverTls = idle.tls();
            facts.serverSource = idle.localAddress();
            facts.serverEnd = idle;
            ledger.reached(LogStep.CONNECT);
            seeker.onServerFound(idle);
            return;
        }
        if (!pools.admits(reached)) {
            awaitRoom(backend);
            return;
        }
        state = State.CONNECTING;
        ledger.count(target, ProxyCounter.CONNECTS);
        ServerConnection started =
                pools.connect(reached, this, facts, key, backend.timeouts().connect());
        if (started == null) {
            failed(pools.blame() != Termination.RESOURCE, pools.blame());
        } else if (started.isAwaited()) { // otherwise it has been decided, and there may be another attempt already
            connecting = started;
            facts.serverEnd = started;
        }
    }

    /** Tries again soon: by then an idle connection of another loop may have made room. */
    private void awaitRoom(Backend backend) {
        int connect = backend.timeouts().connect();
        if (connect > 0 && loop.nowNs() - facts.connectingNs > TimeUnit.MILLISECONDS.toNanos(connect)) {
            failed(true, Termination.SERVER_TIMEOUT);
        } else {
            state = State.PAUSING;
            patience().start(ROOM_DELAY_MS);
        }
    }

    @Override
    public void onConnected(ServerConnection connection) {
        state = State.IDLE;
        connecting = null;
        facts.connectedNs = loop.nowNs();
        facts.serverSource = connection.localAddress();
        facts.serverEnd = connection;
        Observer observer = connection.server().state().observer();
        if (observer != null) {
            observer.connected();
        }
        ledger.reached(LogStep.CONNECT);
        seeker.onServerFound(connection);
    }

    @Override
    public void onConnectFailed(ServerConnection connection, boolean timedOut) {
        facts.serverSource = connection.localAddress(); // where it tried from
        facts.serverEnd = connection;
        failed(timedOut || connection.wasRefusedAtOnce(), timedOut ? Termination.SERVER_TIMEOUT : Termination.SERVER);
    }

    /**
     * @param atOnce whether the next attempt need not be waited for
     * @param by whose fault it is, should it be the last attempt
     */
    private void failed(boolean atOnce, char by) {
        Backend present = backend;
        Server failed = facts.server;
        connecting = null;
        if (present == null || failed == null) {
            throw new IllegalStateException("a connection failed that nobody asked for");
        }
        Observer observer = failed.state().observer();
        boolean asked = by != Termination.RESOURCE && by != Termination.INTERNAL; // the server, for a connection
        if (observer != null && asked) {
            observer.failed(Observer.Fault.CONNECTION);
        }
        if (by == Termination.INTERNAL
                || facts.retries >= allowed(present)
                || !present.retryOn().covers(RetryOn.Failure.CONN_FAILURE)) {
            state = State.IDLE;
            ledger.count(failed, ProxyCounter.CONNECT_ERRORS);
            seeker.onServerMissing(by, Termination.IN_CONNECT);
            return;
        }
        if (redispatches(present, failed)) {
            return;
        }
        if (atOnce && facts.retries % MOST_AT_ONCE != 0) {
            connect(present, failed);
        } else if (atOnce) {
            state = State.PAUSING;
            patience().start(1); // behind whatever else the loop has to do
        } else {
            state = State.PAUSING;
            int connect = present.timeouts().connect();
            patience().start(connect > 0 ? Math.min(connect, RETRY_DELAY_MS) : RETRY_DELAY_MS);
        }
    }

    /** Counts a retry; whether it goes to another server, which is then sought. */
    private boolean redispatches(Backend present, Server failed) {
        facts.retries++;
        if (present.redispatchesAt(facts.retries) && present.usableServers() > 1) {
            ledger.serverEnds();
            redispatch(present, failed);
            return true;
        }
        ledger.count(failed, ProxyCounter.RETRIES);
        return false;
    }

    /** Whether a request that a server has failed may go out once more. */
    boolean mayRepeat() {
        Backend present = backend;
        return present != null && facts.server != null && facts.retries < allowed(present);
    }

    private int allowed(Backend present) {
        return facts.retriesAllowed >= 0 ? facts.retriesAllowed : present.retries();
    }

    /** The request goes out once more, at once, to the same server or to another one as {@code option redispatch} says. */
    void repeat() {
        Backend present = backend;
        Server failed = facts.server;
        if (present != null && failed != null && !redispatches(present, failed)) {
            connect(present, failed);
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
        if (state == State.QUEUED && present != null) {
            leaveLine();
            facts.connectingNs = loop.nowNs(); // the time in the queue counts as waited
            if (target != null) {
                ledger.count(target, ProxyCounter.CONNECT_ERRORS);
            } else {
                present.meters().count(loop.index(), ProxyCounter.CONNECT_ERRORS);
            }
            seeker.onServerMissing(Termination.SERVER_TIMEOUT, Termination.IN_QUEUE);
        } else if (state == State.PAUSING && target != null && present != null) {
            connect(present, target);
        }
    }

    private void leaveLine() {
        QueueTicket place = ticket;
        if (place != null) {
            place.leave();
            leftQueue();
        }
    }

    /** The exchange on {@code connection} is complete and both sides may go on: it waits for the next one. */
    public void release(ServerConnection connection) {
        Backend present = facts.backend;
        boolean shares =
                present != null && present.http().reuse() != HttpSettings.Reuse.NEVER && !connection.isPrivate();
        if (!shares && own == null) {
            own = new OwnConnections(facts.frontend.serverConnections());
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
