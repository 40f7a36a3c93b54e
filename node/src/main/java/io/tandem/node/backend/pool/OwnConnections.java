// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.Server;
import io.tandem.node.frontend.http.HttpOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Idle connections that only one client connection may use again: with {@code http-reuse never}, or because they are
 * private. They end with the client's connection, and count as in use until then.
 */
public final class OwnConnections {
    /** {@code max-session-srv-conns}, HAProxy's default. */
    public static final int MOST = 5;

    private final List<ServerConnection> resting = new ArrayList<>(1);
    private final int most;
    /** Whether a server asked for credentials that are valid on its connection alone: the client stays with it. */
    private boolean staysWithLast;

    /** @param most how many rest at once ({@code max-session-srv-conns}) */
    public OwnConnections(int most) {
        this.most = most;
    }

    /** From now on the client goes to the server of its last connection while that is open. */
    public void stayWithLast() {
        staysWithLast = true;
    }

    /** Whether {@link #stayWithLast} was said. */
    public boolean staysWithLast() {
        return staysWithLast;
    }

    /** The server of {@code backend} that the client's last connection leads to, where it stays with that one; or null. */
    public @Nullable Server stayingWith(Backend backend) {
        boolean stays = staysWithLast || backend.http().has(HttpOption.PREFER_LAST_SERVER);
        Server server = stays && !backend.hashes() ? last(backend.servers()) : null;
        if (server == null || !server.state().isUsable()) {
            return null;
        }
        int most = backend.keepAliveQueue();
        return most < 0 || !server.isFull() || server.state().queue().length() < most ? server : null;
    }

    /** The server among {@code servers} that the newest open connection leads to, or null. */
    public @Nullable Server last(List<Server> servers) {
        for (int i = resting.size() - 1; i >= 0; i--) {
            ServerConnection connection = resting.get(i);
            for (int j = 0; connection.isOpen() && j < servers.size(); j++) {
                if (servers.get(j).state() == connection.state()) {
                    return servers.get(j);
                }
            }
        }
        return null;
    }

    /** One to {@code server} opened with {@code key}, from now on the caller's to use; null when there is none. */
    @Nullable ServerConnection take(Server server, ConnectionKey key) {
        for (int i = resting.size() - 1; i >= 0; i--) {
            ServerConnection connection = resting.get(i);
            if (!connection.isOpen()) {
                resting.remove(i);
            } else if (!connection.isCurrent()) {
                resting.remove(i);
                connection.close();
            } else if (connection.state() == server.state()
                    && connection.server().isReachedAs(server)
                    && connection.key().equals(key)) {
                resting.remove(i);
                connection.takeUp(server);
                return connection;
            }
        }
        return null;
    }

    void keep(ServerConnection connection) {
        resting.removeIf(other -> !other.isOpen());
        if (resting.size() >= most) {
            connection.close();
            return;
        }
        connection.makePrivate();
        resting.add(connection);
    }

    /** The client's connection has ended. */
    public void close() {
        resting.forEach(ServerConnection::close);
        resting.clear();
    }
}
