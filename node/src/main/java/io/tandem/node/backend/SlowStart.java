// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How far a server that is up again has come on its way to full speed ({@code slowstart}). Pure: time is a parameter.
 * Written under the lock of its {@link ServerState}, read by any thread.
 */
final class SlowStart {
    /** Weights grow in so many steps, as HAProxy's. */
    static final int STEPS = 16;

    private static final int FULL = 100;

    /** When it began; 0 while nothing is starting. */
    private final AtomicLong beganNs = new AtomicLong();

    void begin(long nowNs) {
        beganNs.set(nowNs == 0 ? -1 : nowNs);
    }

    /**
     * How many of the {@link #STEPS} to its whole weight the server has made, at least 1.
     *
     * @param lastsMs how long it takes; 0 for no time at all
     */
    int steps(int lastsMs, long nowNs) {
        return Math.max(1, warmth(lastsMs, nowNs) * STEPS / FULL);
    }

    /**
     * How much of its full speed the server has reached, per cent, growing evenly from 0.
     *
     * @param lastsMs how long it takes; 0 for no time at all
     */
    int warmth(int lastsMs, long nowNs) {
        long began = beganNs.get();
        if (began == 0) {
            return FULL;
        }
        long elapsedMs = (nowNs - began) / 1_000_000;
        if (elapsedMs >= lastsMs) {
            beganNs.compareAndSet(began, 0); // another one may have begun meanwhile
            return FULL;
        }
        return (int) (elapsedMs * FULL / lastsMs);
    }
}
