// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** The server connections of one loop. A server's idle connections outlive reloads as long as its address stays. */
public final class ServerPools {
    private static final LoopLocal<ServerPools> OF = new LoopLocal<>(ServerPools::new);

    private record Pool(ServerState state, InetSocketAddress address, IdleConnections idle) {}

    private final Loop loop;
    private final IdentityHashMap<ServerState, Pool> pools = new IdentityHashMap<>();
    /** By the server's index in its configuration: found without hashing. */
    private @Nullable Pool[] byIndex = new Pool[16];

    private ServerPools(Loop loop) {
        this.loop = loop;
    }

    /** The loop's pools. Called on its thread. */
    public static ServerPools of(Loop loop) {
        return OF.of(loop);
    }

    /** An idle connection to {@code server}, from now on {@code user}'s; null when there is none. */
    public @Nullable ServerConnection idle(Server server, ServerUser user) {
        ServerConnection connection = pool(server).take();
        if (connection != null) {
            connection.use(server, user);
        }
        return connection;
    }

    /**
     * Starts a connection to {@code server}; {@code user} hears how it went, perhaps before this returns.
     *
     * @param clientPort the port of ours that the client connected to
     * @param timeoutMs 0 for none
     */
    public ServerConnection connect(Server server, ServerUser user, int clientPort, int timeoutMs) {
        ServerConnection connection = new ServerConnection(loop, pool(server), server, user);
        connection.connect(server.addressFor(clientPort), timeoutMs);
        return connection;
    }

    /** How many connections to {@code server} this loop keeps idle. */
    public int idleCount(Server server) {
        return pool(server).count();
    }

    private IdleConnections pool(Server server) {
        int index = server.index();
        if (index < byIndex.length) {
            Pool pool = byIndex[index];
            if (pool != null
                    && pool.state == server.state()
                    && pool.address.equals(server.description().address())) {
                return pool.idle;
            }
        }
        return find(server);
    }

    private IdleConnections find(Server server) {
        Pool pool = pools.get(server.state());
        InetSocketAddress address = server.description().address();
        if (pool == null || !pool.address.equals(address)) {
            if (pool != null) {
                pool.idle.closeAll();
            }
            pool = new Pool(server.state(), address, new IdleConnections(loop));
            pools.put(server.state(), pool);
        }
        if (server.index() >= byIndex.length) {
            byIndex = Arrays.copyOf(byIndex, Math.max(server.index() + 1, byIndex.length * 2));
        }
        byIndex[server.index()] = pool;
        return pool.idle;
    }

    /** Closes every idle connection: the process ends. */
    public void closeIdle() {
        pools.values().forEach(pool -> pool.idle.closeAll());
    }
}
