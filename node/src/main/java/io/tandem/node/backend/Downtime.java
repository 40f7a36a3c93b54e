// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

/**
 * When the state of a server or a backend changed last, and how long it was not running in all. Written under its owner's lock,
 * read by any thread. Times are wall clock, milliseconds since 1970.
 */
public final class Downtime {
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

    /** Wall clock of the last change. */
    public long changedAtMs() {
        return changedAtMs;
    }

    /** Total time spent down, milliseconds. */
    public long totalMs(long nowMs) {
        long since = downSinceMs;
        return downtimeMs + (since == 0 ? 0 : nowMs - since);
    }

    /** How often it went down: {@code chkdown}. */
    public int downs() {
        return downs;
    }
}
