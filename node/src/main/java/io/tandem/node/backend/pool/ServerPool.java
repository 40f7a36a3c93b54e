// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.PoolCount;
import io.tandem.node.backend.PoolSettings;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import io.tandem.node.backend.SessionKillers;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.observe.Counters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one loop to one server: how many are in use, which are idle, how many of these are worth keeping.
 *
 * <p>HAProxy's rules, applied by each loop to its own connections: the most that were in use at once is what is believed
 * to be needed; a connection above that is closed after its response; every {@code pool-purge-delay} the belief moves
 * halfway to what the delay saw, and half of the surplus is closed.
 */
final class ServerPool {
    final ServerState state;
    /** As described when the pool was made. */
    final Server server;

    private final Loop loop;
    private final Counters<PoolCount> counters;
    private final Timer purge;
    private final SessionKillers.SessionKiller killer;
    /** Whether there is a newer pool, or the server is gone: nothing is kept any more. */
    private boolean retired;

    /** In use by a session, or kept for one client alone. */
    private final ConnectionList inUse = new ConnectionList();

    private final Idle plain = new Idle();
    /** By what the connections were opened with; null until one was opened with anything. */
    private @Nullable Map<ConnectionKey, Idle> keyed;

    private PoolSettings settings = PoolSettings.DEFAULT;
    /** Grows when the server moves. */
    private int era;

    private int used;
    private int idle;
    /** The most that were in use at once since the last purge. */
    private int mostUsed;

    private int needed;

    /** Idle connections opened alike. */
    private static final class Idle {
        /** Those that a second request has used already. */
        final ConnectionList proven = new ConnectionList();

        final ConnectionList unproven = new ConnectionList();
    }

    ServerPool(Loop loop, Server server) {
        this.loop = loop;
        this.server = server;
        state = server.state();
        counters = state.poolCounters();
        killer = new SessionKillers.SessionKiller() {
            @Override
            public void kill(char who) {
                loop.eventLoop().execute(() -> ServerPool.this.kill(who));
            }

            @Override
            public void spare() {
                loop.eventLoop().execute(() -> closeIdle(1));
            }

            @Override
            public void moved() {
                loop.eventLoop().execute(() -> {
                    era++;
                    closeIdle(Integer.MAX_VALUE);
                });
            }
        };
        state.sessions().attach(killer);
        purge = new Timer(loop) {
            @Override
            protected void onTimeout() {
                purge();
            }
        };
    }

    void settings(PoolSettings settings) {
        this.settings = settings;
    }

    /** A new connection is being opened. */
    void onOpening(ServerConnection connection) {
        connection.era = era;
        use(connection);
    }

    /** An idle connection opened with {@code key}, from now on in use; null when there is none. */
    @Nullable ServerConnection take(ConnectionKey key, Reuse reuse) {
        Idle alike = key.isPlain() ? plain : keyed == null ? null : keyed.get(key);
        if (alike == null) {
            return null;
        }
        ServerConnection found = takeFrom(alike.proven);
        return found == null && reuse == Reuse.ANY ? takeFrom(alike.unproven) : found;
    }

    private @Nullable ServerConnection takeFrom(ConnectionList list) {
        ServerConnection connection = list.newest();
        while (connection != null && !connection.isOpen()) {
            connection.close();
            connection = list.newest();
        }
        if (connection != null) {
            onIdleGone(connection);
            use(connection);
        }
        return connection;
    }

    private void use(ServerConnection connection) {
        inUse.add(connection);
        used++;
        counters.add(loop.index(), PoolCount.USED, 1);
        if (used > mostUsed) {
            mostUsed = used;
        }
        if (used > needed && !retired) {
            needed(used);
        }
    }

    private void needed(int now) {
        counters.add(loop.index(), PoolCount.NEEDED, (long) now - needed);
        needed = now;
    }

    /** A connection has ended. */
    void onGone(ServerConnection connection) {
        if (connection.idle) {
            onIdleGone(connection);
        } else {
            onUsedGone(connection);
        }
    }

    private void onUsedGone(ServerConnection connection) {
        unlink(connection);
        used--;
        counters.add(loop.index(), PoolCount.USED, -1);
        if (retired && used == 0) {
            state.sessions().detach(killer);
        }
    }

    /** Keeps no connection from now on; those in use end with their exchanges. */
    void retire() {
        retired = true;
        closeIdle(Integer.MAX_VALUE);
        purge.dispose();
        needed(0);
        if (used == 0) {
            state.sessions().detach(killer);
        }
    }

    private static void unlink(ServerConnection connection) {
        ConnectionList list = connection.list;
        if (list == null) {
            throw new IllegalStateException("a connection that no list knows");
        }
        list.remove(connection);
    }

    /** Ends the sessions that use the server on this loop. */
    private void kill(char who) {
        for (ServerConnection connection : inUse.all()) {
            connection.kill(who);
        }
    }

    /**
     * Keeps a connection whose exchange is over for the next one, if that is worth it.
     *
     * @param scarce whether descriptors are getting short
     * @return false where it is to be closed
     */
    boolean keep(ServerConnection connection, ConnectionKey key, boolean scarce) {
        if (retired
                || !isCurrent(connection)
                || !settings.keepsIdle()
                || (settings.maxIdle() > 0 && idleOfAllLoops() >= settings.maxIdle())) {
            return false;
        }
        if (idle > 0 && (scarce || used + idle > Math.max(used, needed) + settings.lowIdle())) {
            return false;
        }
        onUsedGone(connection);
        connection.idle = true;
        Idle alike = key.isPlain() ? plain : keyed(key);
        boolean proven = connection.isReused();
        (proven ? alike.proven : alike.unproven).add(connection);
        idle++;
        counters.add(loop.index(), proven ? PoolCount.SAFE : PoolCount.IDLE, 1);
        if (!purge.isRunning()) {
            purge.start(settings.purgeDelayMs());
        }
        return true;
    }

    boolean isCurrent(ServerConnection connection) {
        return connection.era == era;
    }

    private long idleOfAllLoops() {
        return counters.sum(PoolCount.IDLE) + counters.sum(PoolCount.SAFE);
    }

    private Idle keyed(ConnectionKey key) {
        Map<ConnectionKey, Idle> map = keyed;
        if (map == null) {
            map = new HashMap<>();
            keyed = map;
        }
        return map.computeIfAbsent(key, k -> new Idle());
    }

    /** An idle connection is taken, or has ended. */
    private void onIdleGone(ServerConnection connection) {
        unlink(connection);
        connection.idle = false;
        idle--;
        counters.add(loop.index(), connection.isReused() ? PoolCount.SAFE : PoolCount.IDLE, -1);
        ConnectionKey key = connection.key();
        if (!key.isPlain() && keyed != null) {
            Idle alike = keyed.get(key);
            if (alike != null && alike.proven.size() + alike.unproven.size() == 0) {
                keyed.remove(key); // clients may make up as many keys as they like
            }
        }
    }

    private void purge() {
        int surplus = used + idle - Math.max(mostUsed, needed);
        if (surplus > 0) {
            closeIdle((surplus + 1) / 2 + 1);
        }
        needed((needed + mostUsed) / 2);
        mostUsed = used;
        if (idle > 0) {
            purge.start(Math.max(1, settings.purgeDelayMs()));
        }
    }

    /** Closes up to {@code count} idle connections; answers how many there were. */
    int closeIdle(int count) {
        int left = count - plain.unproven.closeOldest(count);
        left -= plain.proven.closeOldest(left);
        Map<ConnectionKey, Idle> map = keyed;
        if (left > 0 && map != null) {
            for (Idle alike : new ArrayList<>(map.values())) {
                left -= alike.unproven.closeOldest(left);
                left -= alike.proven.closeOldest(left);
            }
        }
        return count - left;
    }

    int idle() {
        return idle;
    }
}
