// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The living part of a backend: what survives a reload as long as the backend keeps its name.
 *
 * <p>Written by whichever thread changes a server's state, read by any loop.
 */
public final class BackendState {
    private final AtomicInteger version = new AtomicInteger();
    private final WaitingLine waiting = new WaitingLine();
    private volatile boolean up = true;
    private volatile long changedAtMs;
    private volatile long downSinceMs;
    private volatile long downtimeMs;
    private volatile int downs;

    /** @param nowMs wall clock, milliseconds since 1970 */
    public BackendState(long nowMs) {
        changedAtMs = nowMs;
    }

    /**
     * Grows with every change of a server that may concern the choice among servers. A balancer compares it with the
     * version it was built for: one volatile read a request.
     */
    public int version() {
        return version.get();
    }

    void changed() {
        version.incrementAndGet();
    }

    /** Whether it had a server for new clients when last looked at. */
    public boolean isUp() {
        return up;
    }

    /** Takes note of whether any server is left; answers whether that is news. */
    public synchronized boolean up(boolean now, long nowMs) {
        if (up == now) {
            return false;
        }
        up = now;
        changedAtMs = nowMs;
        if (now) {
            downtimeMs += nowMs - downSinceMs;
            downSinceMs = 0;
        } else {
            downSinceMs = nowMs;
            downs = downs + 1;
        }
        return true;
    }

    /** Wall clock of the last change between up and down, milliseconds since 1970. */
    public long changedAtMs() {
        return changedAtMs;
    }

    /** Total time without a server, milliseconds. */
    public long downtimeMs(long nowMs) {
        long since = downSinceMs;
        return downtimeMs + (since == 0 ? 0 : nowMs - since);
    }

    /** How often it lost its last server: {@code chkdown}. */
    public int downs() {
        return downs;
    }

    /** Requests that wait for a free slot at any of its servers. */
    public WaitingLine waiting() {
        return waiting;
    }
}
