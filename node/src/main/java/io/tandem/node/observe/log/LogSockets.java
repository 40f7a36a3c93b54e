// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The sockets to log targets, one per destination and event loop, kept across reloads. Thread-safe; each socket is used by
 * its loop only.
 */
public final class LogSockets {
    /** The row of sockets for lines that no event loop writes; guarded by this object. */
    static final int EVENTS = -1;

    private record Place(LogTarget.Destination destination, int loop) {}

    private final Map<Place, LogSocket> sockets = new ConcurrentHashMap<>();

    LogSocket of(LogTarget.Destination destination, int loop) {
        return sockets.computeIfAbsent(new Place(destination, loop), p -> new LogSocket(destination));
    }
}
