// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

/**
 * How many sessions a server takes at once, and how many may wait for it.
 *
 * @param maxConnections {@code maxconn}; 0 for no limit
 * @param minConnections {@code minconn}: the limit while the backend is idle, from where it grows to {@code maxconn};
 *     equal to {@code maxConnections} where the limit does not move
 * @param maxQueue {@code maxqueue}: requests that may wait for this server; 0 for no limit
 * @param slowStartMs {@code slowstart}: how long the server takes to full speed once it is up again; 0 for at once
 */
public record ServerLimits(int maxConnections, int minConnections, int maxQueue, int slowStartMs) {
    public static final ServerLimits NONE = new ServerLimits(0, 0, 0, 0);

    /** A {@code minconn} alone, or above {@code maxconn}, is the limit itself, as HAProxy has it. */
    public ServerLimits {
        if (minConnections > maxConnections) {
            maxConnections = minConnections;
        } else if (minConnections == 0) {
            minConnections = maxConnections;
        }
    }

    /** Whether the limit is the same whatever the backend does. */
    boolean isFixed() {
        return minConnections == maxConnections;
    }

    /** The limit while the backend has so many sessions, of those with which it is full. */
    int at(int sessions, int full) {
        return sessions < full
                ? (int) Math.max(minConnections, (long) maxConnections * sessions / full)
                : maxConnections;
    }

    /** The same with another {@code maxconn}. */
    ServerLimits with(int limit) {
        return new ServerLimits(limit, Math.min(isFixed() ? limit : minConnections, limit), maxQueue, slowStartMs);
    }

    /** A limit that does not move. */
    public static ServerLimits of(int maxConnections) {
        return new ServerLimits(maxConnections, 0, 0, 0);
    }
}
