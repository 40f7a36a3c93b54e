// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import org.jspecify.annotations.Nullable;

/**
 * A deadline of something that lives on one loop; one object per owner, reused for all its time-outs.
 *
 * <p>Moving a deadline further away, the usual case, writes one field: the wheel notices when the earlier time comes.
 */
public abstract class Timer {
    private static final long NEVER = Long.MAX_VALUE;

    private final TimerWheel wheel;
    /** What was asked for, on {@code System.nanoTime}'s scale relative to the wheel's start; NEVER when stopped. */
    long deadlineNs = NEVER;
    /** Slot it is linked in, or -1. */
    int slot = -1;
    /** The time the slot stands for. */
    long slotNs;

    @Nullable Timer previous;

    @Nullable Timer next;

    protected Timer(Loop loop) {
        wheel = loop.timers();
    }

    /** Fires {@code delayMs} after now unless started again or stopped; 0 stops it, as 0 means no time-out. */
    public final void start(int delayMs) {
        if (delayMs <= 0) {
            deadlineNs = NEVER;
        } else {
            deadlineNs = wheel.nowNs() + delayMs * 1_000_000L;
            wheel.arm(this);
        }
    }

    public final void stop() {
        deadlineNs = NEVER;
    }

    public final boolean isRunning() {
        return deadlineNs != NEVER;
    }

    /** Stops and forgets it: the owner is gone. */
    public final void dispose() {
        deadlineNs = NEVER;
        wheel.unlink(this);
    }

    /** The time is over. The timer is stopped; it may be started again. */
    protected abstract void onTimeout();
}
