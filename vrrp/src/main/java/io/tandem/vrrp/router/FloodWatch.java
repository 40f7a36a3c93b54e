// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

/**
 * Tells a flood of bad packets from stray ones: a thousand a second are one, and it is over after five quiet seconds.
 *
 * <p>Owned by the reactor's thread.
 */
final class FloodWatch {
    static final int FLOOD = 1_000;
    static final int QUIET_SECONDS = 5;
    /** While the kernel filters, it shows one bad packet in 128: fewer than these a second are no flood. */
    static final int QUIET_SAMPLES = 4;

    private static final long SECOND_NS = 1_000_000_000L;

    private long secondEndsNs;
    private int inThisSecond;
    private int quietSeconds;
    private boolean flooded;

    /** Whether a flood is under way. */
    boolean isFlooded() {
        return flooded;
    }

    /** When to look whether it is over; {@link Reactor#NEVER} while there is none. */
    long nextWakeNs() {
        return flooded ? secondEndsNs : Reactor.NEVER;
    }

    /** A bad packet came. */
    void onBad(long nowNs) {
        onTime(nowNs);
        inThisSecond++;
        if (!flooded && inThisSecond >= FLOOD) {
            flooded = true;
            quietSeconds = 0;
            inThisSecond = 0;
            secondEndsNs = nowNs + SECOND_NS;
        }
    }

    /** Time passes; call it now and then. */
    void onTime(long nowNs) {
        if (nowNs - secondEndsNs < 0) {
            return;
        }
        if (flooded) {
            quietSeconds = inThisSecond < QUIET_SAMPLES ? quietSeconds + 1 : 0;
            flooded = quietSeconds < QUIET_SECONDS;
        }
        inThisSecond = 0;
        secondEndsNs = nowNs + SECOND_NS;
    }
}
