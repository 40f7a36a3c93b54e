// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * The living part of a backend: what survives a reload as long as the backend keeps its name.
 *
 * <p>Written by whichever thread changes a server's state, read by any loop.
 */
public final class BackendState {
    private final AtomicInteger version = new AtomicInteger();
    private final Queues queues = new Queues();
    private final Downtime downtime;
    private volatile IntSupplier sessions = () -> 0; // written when a configuration takes effect
    private boolean configuredFull; // of the thread that brings configurations into effect
    private long reachable; // the same
    private volatile int fullConnections; // written when a configuration takes effect
    private volatile boolean up = true;

    /** @param nowMs wall clock, milliseconds since 1970 */
    public BackendState(long nowMs) {
        downtime = new Downtime(nowMs);
    }

    /**
     * Grows with every change of a server that may concern the choice among servers. A balancer compares it with the
     * version it was built for: one volatile read a request.
     */
    public int version() {
        return version.get();
    }

    /** Something that may concern the choice among servers is different now. */
    public void changed() {
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
        downtime.changed(nowMs);
        if (now) {
            downtime.cameUp(nowMs);
        } else {
            downtime.wentDown(nowMs);
        }
        return true;
    }

    /** When it changed between up and down last, and how long it was without a server. */
    public Downtime downtime() {
        return downtime;
    }

    /** Who waits for a free slot at any of its servers. */
    public Queues queues() {
        return queues;
    }

    /**
     * Takes over what a configuration says about load.
     *
     * @param sessions how many the backend has now
     * @param fullConnections {@code fullconn}; 0 for a tenth of what the frontends take that lead here
     */
    void configure(IntSupplier sessions, int fullConnections) {
        this.sessions = sessions;
        this.fullConnections = fullConnections;
        configuredFull = fullConnections > 0;
        reachable = 0;
    }

    /** A frontend that takes so many connections leads here; called after {@link #configure}, by the same thread. */
    public void reachedBy(int connections) {
        reachable += connections;
        if (!configuredFull) {
            fullConnections = (int) Math.min(Integer.MAX_VALUE, (reachable + 9) / 10);
        }
    }

    /** {@code fullconn}: with so many sessions its servers take as many as their {@code maxconn} says; 0 for unknown. */
    public int fullConnections() {
        return fullConnections;
    }

    /** Sessions it has now, those that wait included. */
    int sessions() {
        return sessions.getAsInt();
    }
}
