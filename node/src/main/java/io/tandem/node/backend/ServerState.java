// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.observe.Meters;

/**
 * The living part of a server: what survives a reload as long as the server keeps its backend and name.
 *
 * <p>Fields are written by the check thread or the admin socket's, read by any loop.
 */
public final class ServerState {
    /** Health as the checks see it. */
    public enum Health {
        UP,
        /** Up, but a check failed recently. */
        GOING_DOWN,
        DOWN,
        /** Down, but a check succeeded recently. */
        GOING_UP
    }

    private final Meters meters;
    private volatile Health health = Health.UP;
    private volatile boolean maintenance;
    private volatile boolean draining;
    private volatile int weight;
    private volatile long changedAtMs;
    private volatile long downSinceMs;
    private volatile long downtimeMs;

    /** @param nowMs wall clock, milliseconds since 1970 */
    public ServerState(Meters meters, int weight, long nowMs) {
        this.meters = meters;
        this.weight = weight;
        changedAtMs = nowMs;
    }

    public Meters meters() {
        return meters;
    }

    public Health health() {
        return health;
    }

    /** Takes note of a check's result; the time of the last change and the downtime follow from it. */
    public void health(Health health, long nowMs) {
        boolean wasUp = isUp(this.health);
        this.health = health;
        if (wasUp != isUp(health)) {
            changedAtMs = nowMs;
            if (wasUp) {
                downSinceMs = nowMs;
            } else if (downSinceMs != 0) {
                downtimeMs += nowMs - downSinceMs;
                downSinceMs = 0;
            }
        }
    }

    private static boolean isUp(Health health) {
        return health == Health.UP || health == Health.GOING_DOWN;
    }

    public boolean maintenance() {
        return maintenance;
    }

    public void maintenance(boolean maintenance, long nowMs) {
        if (this.maintenance != maintenance) {
            changedAtMs = nowMs;
        }
        this.maintenance = maintenance;
    }

    public boolean draining() {
        return draining;
    }

    public void draining(boolean draining, long nowMs) {
        if (this.draining != draining) {
            changedAtMs = nowMs;
        }
        this.draining = draining;
    }

    /** 0..256, as set now: by the configuration or at run time. */
    public int weight() {
        return weight;
    }

    public void weight(int weight) {
        this.weight = weight;
    }

    /** Whether it answers: neither down nor in maintenance. */
    public boolean isRunning() {
        return !maintenance && isUp(health);
    }

    /** Whether it may receive new clients. */
    public boolean isUsable() {
        return isRunning() && !draining && weight > 0;
    }

    /** Wall clock of the last change, milliseconds since 1970. */
    public long changedAtMs() {
        return changedAtMs;
    }

    /** Total time spent down, milliseconds. */
    public long downtimeMs(long nowMs) {
        long since = downSinceMs;
        return downtimeMs + (since == 0 ? 0 : nowMs - since);
    }
}
