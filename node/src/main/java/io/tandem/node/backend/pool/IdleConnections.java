// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The idle connections of one loop to one server, the one used last in front: it is the warmest, and those at the other end
 * can be let go.
 *
 * <p>Every purge delay half of those that the traffic of that time did not need are closed ({@code pool-purge-delay}).
 */
final class IdleConnections {
    private static final int PURGE_DELAY_MS = 5_000;

    private final Timer purge;
    private @Nullable ServerConnection oldest;
    private @Nullable ServerConnection newest;
    private int count;
    /** The fewest that were idle since the last purge: nobody needed those. */
    private int unneeded;

    IdleConnections(Loop loop) {
        purge = new Timer(loop) {
            @Override
            protected void onTimeout() {
                purge();
            }
        };
    }

    void add(ServerConnection connection) {
        connection.idle = true;
        connection.older = newest;
        connection.newer = null;
        if (newest != null) {
            newest.newer = connection;
        } else {
            oldest = connection;
        }
        newest = connection;
        if (count++ == 0 && !purge.isRunning()) {
            unneeded = 0;
            purge.start(PURGE_DELAY_MS);
        }
    }

    /** The connection used last, taken out; null when there is none. */
    @Nullable ServerConnection take() {
        ServerConnection connection = newest;
        while (connection != null) {
            remove(connection);
            if (connection.isOpen()) {
                return connection;
            }
            connection.close();
            connection = newest;
        }
        return null;
    }

    void remove(ServerConnection connection) {
        if (connection.older != null) {
            connection.older.newer = connection.newer;
        } else {
            oldest = connection.newer;
        }
        if (connection.newer != null) {
            connection.newer.older = connection.older;
        } else {
            newest = connection.older;
        }
        connection.older = null;
        connection.newer = null;
        connection.idle = false;
        count--;
        unneeded = Math.min(unneeded, count);
    }

    int count() {
        return count;
    }

    private void purge() {
        int close = (unneeded + 1) / 2;
        for (int i = 0; i < close && oldest != null; i++) {
            oldest.close();
        }
        unneeded = count;
        if (count > 0) {
            purge.start(PURGE_DELAY_MS);
        }
    }

    void closeAll() {
        while (oldest != null) {
            oldest.close();
        }
    }
}
