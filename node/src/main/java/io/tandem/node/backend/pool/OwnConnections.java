// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.Server;
import org.jspecify.annotations.Nullable;

/**
 * Idle connections that only one client connection may use again: with {@code http-reuse never}, or because they are
 * private. They end with the client's connection.
 */
public final class OwnConnections {
    /** {@code max-session-srv-conns}, HAProxy's default. */
    private static final int MOST = 5;

    private final IdleList list = new IdleList();

    /** One to {@code server} opened with {@code key}, from now on the caller's to use; null when there is none. */
    @Nullable ServerConnection take(Server server, ConnectionKey key) {
        ServerConnection connection = list.newest();
        while (connection != null) {
            if (connection.state() == server.state() && connection.key().equals(key) && connection.isOpen()) {
                list.remove(connection);
                connection.takeUp(server);
                return connection;
            }
            connection = connection.older;
        }
        return null;
    }

    void keep(ServerConnection connection) {
        if (list.size() >= MOST) {
            list.closeOldest(1);
        }
        connection.makePrivate();
        connection.rest();
        list.add(connection);
    }

    /** The client's connection has ended. */
    public void close() {
        list.closeOldest(Integer.MAX_VALUE);
    }
}
