// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.vrrp.election.Event;
import io.tandem.vrrp.router.VirtualRouters;

/**
 * Whether this node may take addresses from one that serves: not while its proxy is cold or its tables are behind, and not
 * while an operator keeps it drained. What it takes from a dead node is not asked here. Thread-safe.
 */
final class PreemptionGate {
    /** A proxy that cannot warm itself, or whose peers do not answer, is waited for so long. */
    static final long PATIENCE_NS = 30_000_000_000L;

    private final VirtualRouters routers;
    private boolean warm; // guarded by this, as are the others
    private boolean inSync = true;
    private boolean operator;
    private boolean waiting = true;
    private long waitingSinceNs = System.nanoTime();
    private boolean held;

    PreemptionGate(VirtualRouters routers) {
        this.routers = routers;
    }

    /** A proxy has been started, or has ended: the next one is cold. */
    synchronized void proxyIsNew() {
        warm = false;
        waiting = true;
        waitingSinceNs = System.nanoTime();
        apply();
    }

    synchronized void warm(boolean now) {
        warm |= now;
        apply();
    }

    synchronized void inSync(boolean now) {
        inSync = now;
        apply();
    }

    /** {@code tandem vrrp drain} and {@code rejoin}. */
    synchronized void operatorHolds(boolean now) {
        operator = now;
        if (!now) {
            held = true; // said again in any case: a release of a single router ends too
        }
        apply();
    }

    /** To be called now and then: patience ends by time. */
    synchronized void onTime(long nowNs) {
        if (waiting && nowNs - waitingSinceNs > PATIENCE_NS) {
            apply();
        }
    }

    /** Why it does not preempt: {@code drained}, {@code cold}, {@code not-in-sync}, or the empty string. */
    synchronized String reason() {
        return operator ? "drained" : !waiting ? "" : !warm ? "cold" : !inSync ? "not-in-sync" : "";
    }

    private void apply() {
        if (waiting) {
            waiting = !(warm && inSync) && System.nanoTime() - waitingSinceNs <= PATIENCE_NS;
        }
        boolean hold = operator || waiting;
        if (hold != held) {
            held = hold;
            routers.deliver(null, hold ? new Event.HoldPreemption() : new Event.Rejoin());
        }
    }
}
