// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.ConnectionProperty;
import io.tandem.node.backend.Dialing;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import io.tandem.node.backend.SessionKillers;
import io.tandem.node.backend.SourceAddress;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import io.tandem.node.setup.Configuration;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The server connections of one loop. A server's idle connections outlive reloads as long as they lead to the same place and
 * are not secured by TLS: what verified a server may have changed in its files, too. The pools of servers that a reload has
 * removed go with the loop's first request afterwards.
 */
public final class ServerPools {
    private static final LoopLocal<ServerPools> OF = new LoopLocal<>(ServerPools::new);
    /** So many pools are looked through in a row when servers may have gone. */
    private static final int AT_ONCE = 64;

    private final Loop loop;
    private final Descriptors descriptors = new Descriptors();
    private final ConnectionKey key = new ConnectionKey();
    private final IdentityHashMap<ServerState, ServerPool> pools = new IdentityHashMap<>();
    /** By the server's index in its configuration: found without hashing. */
    private @Nullable ServerPool[] byIndex = new ServerPool[16];
    /** Of the newest configuration seen. */
    private int generation;
    /** Why the last socket could not be had. */
    private char blame = Termination.RESOURCE;
    /** Whether the next connection has been counted ahead, by {@link #admits}. */
    private boolean counted;

    private ServerPools(Loop loop) {
        this.loop = loop;
    }

    /** The loop's pools. Called on its thread. */
    public static ServerPools of(Loop loop) {
        return OF.of(loop);
    }

    /** What a connection to {@code server} for this exchange is opened with; valid until the next call. */
    public ConnectionKey key(Server server, Facts facts) {
        if (facts.configuration.generation() > generation) {
            onConfiguration(facts.configuration);
        }
        ConnectionProperty[] properties = server.properties();
        boolean marked = facts.serverMark >= 0 || facts.serverTos >= 0;
        if (properties.length == 0 && !marked) {
            return ConnectionKey.PLAIN;
        }
        key.clear();
        for (ConnectionProperty property : properties) {
            property.addTo(key, facts);
        }
        if (marked) {
            key.addMarks(facts.serverMark, facts.serverTos);
        }
        return key;
    }

    /**
     * An idle connection to {@code server}, from now on the caller's to use; null when there is none.
     *
     * @param own connections that only this client may use, or null
     */
    public @Nullable ServerConnection idle(
            Server server, ConnectionKey key, Reuse reuse, @Nullable OwnConnections own) {
        if (own != null) {
            ServerConnection connection = own.take(server, key);
            if (connection != null) {
                return connection;
            }
        }
        if (reuse == Reuse.NONE || key.isPrivate()) {
            return null;
        }
        ServerConnection connection = pool(server).take(key, reuse);
        if (connection != null) {
            connection.takeUp(server);
        }
        return connection;
    }

    /**
     * Whether one more connection keeps to the server's {@code strict-maxconn}; {@link #connect} to it comes next then. Where idle
     * ones are in the way, one of this loop's makes room at once, those of others do soon.
     */
    public boolean admits(Server server) {
        SessionKillers connections = server.state().sessions();
        int most = server.state().limits().maxConnections();
        if (most == 0 || !server.description().pool().strict()) {
            return true;
        }
        counted = connections.mayOpen(most) || (pool(server).closeIdle(1) > 0 && connections.mayOpen(most));
        if (!counted) {
            connections.spare();
        }
        return counted;
    }

    /**
     * Starts a connection to {@code server}; {@code seeker} hears how it went, perhaps before this returns.
     *
     * @param facts the exchange it is for
     * @param key what distinguishes it, as {@link #key} said
     * @param timeoutMs 0 for none
     * @return null if no socket could be had as the server wants it, of which the seeker is not told
     */
    public @Nullable ServerConnection connect(
            Server server, ServerSeeker seeker, Facts facts, ConnectionKey key, int timeoutMs) {
        if (descriptors.areExhausted(facts.configuration, loop.nowNs())) {
            closeSomeIdle();
        }
        boolean counts = counted;
        counted = false;
        DuplexChannel channel = socket(server, facts);
        if (channel == null) {
            if (counts) {
                server.state().sessions().onClosed();
            }
            if (blame == Termination.SERVER && server.description().dialing().source() != null) {
                Shortage.ofSources(facts);
            }
            return null;
        }
        ServerConnection connection = new ServerConnection(loop, pool(server), key, server, seeker, channel);
        connection.counts = counts;
        connection.connect(facts, timeoutMs);
        return connection;
    }

    /**
     * Of {@link #connect} that has just answered null, who is to blame: the server, whose {@code source} or another option the
     * system does not grant; the exchange, which does not say what {@code source} wants to know (internal); or that no
     * descriptor is left (resource).
     */
    public char blame() {
        return blame;
    }

    /** A socket; where there are no descriptors left, one that an idle connection gives up. */
    private @Nullable DuplexChannel socket(Server server, Facts facts) {
        SourceAddress source = server.description().dialing().source();
        if (source != null && source.isMissing(facts)) {
            blame = Termination.INTERNAL; // our own address would tell the server that we are the client
            return null;
        }
        blame = Termination.RESOURCE;
        try {
            return open(server, facts);
        } catch (ChannelException none) {
            closeSomeIdle();
        } catch (IOException notGranted) {
            blame = Termination.SERVER;
            return null;
        }
        try {
            return open(server, facts);
        } catch (IOException | ChannelException none) {
            return null;
        }
    }

    private static DuplexChannel open(Server server, Facts facts) throws IOException {
        Dialing dialing = server.description().dialing();
        if (dialing == Dialing.PLAIN) {
            return new EpollSocketChannel();
        }
        InetSocketAddress address = server.addressFor(facts.destination.port());
        return Dialer.open(dialing, Dialer.target(dialing, dialing.socks(false), address, facts), facts);
    }

    /** A descriptor is needed: the loop's idle connections pay for it, one for each new connection. */
    private void closeSomeIdle() {
        for (ServerPool pool : pools.values()) {
            if (pool.closeIdle(1) > 0) {
                return;
            }
        }
    }

    /**
     * The exchange on {@code connection} is complete and both sides may go on: it is kept for the next one, or closed.
     *
     * @param own where it is kept for this client alone; null to share it with all
     */
    public void release(ServerConnection connection, Facts facts, @Nullable OwnConnections own) {
        connection.rest();
        if (!connection.isOpen()) {
            connection.close();
        } else if (own != null) {
            own.keep(connection);
        } else if (!connection.keep(descriptors.areScarce(facts.configuration, loop.nowNs()))) {
            connection.close();
        }
    }

    /** How many connections to {@code server} this loop keeps idle. */
    public int idleCount(Server server) {
        return pool(server).idle();
    }

    private ServerPool pool(Server server) {
        int index = server.index();
        if (index < byIndex.length) {
            ServerPool pool = byIndex[index];
            if (pool != null && pool.state == server.state() && pool.server.isReachedAs(server)) {
                return pool;
            }
        }
        return find(server);
    }

    private ServerPool find(Server server) {
        ServerPool pool = pools.get(server.state());
        if (pool == null || !pool.server.isReachedAs(server)) {
            if (pool != null) {
                pool.retire();
            }
            pool = new ServerPool(loop, server);
            pools.put(server.state(), pool);
        }
        pool.settings(server.description().pool());
        if (server.index() >= byIndex.length) {
            byIndex = Arrays.copyOf(byIndex, Math.max(server.index() + 1, byIndex.length * 2));
        }
        byIndex[server.index()] = pool;
        return pool;
    }

    /** Forgets the servers that {@code newest} does not have any more. */
    void onConfiguration(Configuration newest) {
        generation = newest.generation();
        Arrays.fill(byIndex, null); // found again by their servers' states
        retireGone(pools.values().toArray(new ServerPool[0]), 0, newest);
    }

    /** A few at a time: many thousand servers may be in use, and a request waits. */
    private void retireGone(ServerPool[] present, int from, Configuration newest) {
        int to = Math.min(from + AT_ONCE, present.length);
        for (int i = from; i < to; i++) {
            ServerPool pool = present[i];
            boolean gone = newest.backend(pool.server.backendName())
                    .flatMap(backend -> backend.server(pool.server.name()))
                    .filter(server -> server.state() == pool.state)
                    .isEmpty();
            if (gone && pools.remove(pool.state, pool)) {
                pool.retire();
            }
        }
        if (to < present.length) {
            loop.chores().add(() -> retireGone(present, to, newest));
        }
    }

    /** How many servers it knows. */
    int size() {
        return pools.size();
    }
}
