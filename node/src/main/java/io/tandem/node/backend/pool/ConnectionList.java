// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Connections of one kind: idle ones that are interchangeable, or those in use. The one used last is in front: it is the
 * warmest, and those at the other end can be let go.
 */
final class ConnectionList {
    private @Nullable ServerConnection oldest;
    private @Nullable ServerConnection newest;
    private int size;

    void add(ServerConnection connection) {
        connection.list = this;
        connection.older = newest;
        connection.newer = null;
        if (newest != null) {
            newest.newer = connection;
        } else {
            oldest = connection;
        }
        newest = connection;
        size++;
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
        connection.list = null;
        size--;
    }

    @Nullable ServerConnection newest() {
        return newest;
    }

    @Nullable ServerConnection oldest() {
        return oldest;
    }

    int size() {
        return size;
    }

    /** Those it has now. */
    List<ServerConnection> all() {
        List<ServerConnection> all = new ArrayList<>(size);
        for (ServerConnection each = oldest; each != null; each = each.newer) {
            all.add(each);
        }
        return all;
    }

    /** Closes up to {@code count} of them, those first that were not used for longest; answers how many there were. */
    int closeOldest(int count) {
        int closed = 0;
        while (closed < count && oldest != null) {
            oldest.close(); // takes itself out of this list
            closed++;
        }
        return closed;
    }
}
