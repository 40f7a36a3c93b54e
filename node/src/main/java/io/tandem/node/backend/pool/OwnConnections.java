// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.Server;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Idle connections that only one client connection may use again: with {@code http-reuse never}, or because they are
 * private. They end with the client's connection, and count as in use until then.
 */
public final class OwnConnections {
    /** {@code max-session-srv-conns}, HAProxy's default. */
    private static final int MOST = 5;

    private final List<ServerConnection> resting = new ArrayList<>(1);

    /** One to {@code server} opened with {@code key}, from now on the caller's to use; null when there is none. */
    @Nullable ServerConnection take(Server server, ConnectionKey key) {
        for (int i = resting.size() - 1; i >= 0; i--) {
            ServerConnection connection = resting.get(i);
            if (!connection.isOpen()) {
                resting.remove(i);
            } else if (connection.state() == server.state() && connection.key().equals(key)) {
                resting.remove(i);
                connection.takeUp(server);
                return connection;
            }
        }
        return null;
    }

    void keep(ServerConnection connection) {
        if (resting.size() >= MOST) {
            resting.remove(0).close();
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
