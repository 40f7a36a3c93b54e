// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

/**
 * When a server's state changed last, and how long it was not running in all. Written under the lock of its {@link
 * ServerState}, read by any thread. Times are wall clock, milliseconds since 1970.
 */
final class Downtime {
    private volatile long changedAtMs;
    private volatile long downSinceMs;
    private volatile long downtimeMs;
    private volatile int downs;

    Downtime(long nowMs) {
        changedAtMs = nowMs;
    }

    void changed(long nowMs) {
        changedAtMs = nowMs;
    }

    void wentDown(long nowMs) {
        downSinceMs = nowMs;
        int before = downs;
        downs = before + 1;
    }

    void cameUp(long nowMs) {
        long before = downtimeMs;
        downtimeMs = before + (downSinceMs == 0 ? 0 : nowMs - downSinceMs);
        downSinceMs = 0;
    }

    long changedAtMs() {
        return changedAtMs;
    }

    long totalMs(long nowMs) {
        long since = downSinceMs;
        return downtimeMs + (since == 0 ? 0 : nowMs - since);
    }

    int downs() {
        return downs;
    }
}
