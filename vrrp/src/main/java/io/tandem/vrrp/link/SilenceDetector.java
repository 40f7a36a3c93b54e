// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

/**
 * How long a peer may be silent before it counts as dead.
 *
 * <p>What the peer says of itself is the least; where beats have lately come further apart than usual, because the machine or
 * the network between is busy, three times the widest gap counts. So a quiet LAN finds out within a few heartbeats, and a busy one
 * does not declare the living dead. What was seen is forgotten after one to two {@value #WINDOW_S} s windows. In the first
 * {@value #SETTLING_S} s with a process, while both programs are still being compiled, the greatest patience counts and
 * nothing is learnt; a link that was only cut and is up again goes on with what was known, but for its first
 * {@value #RESUMING_S} s: both sides move addresses then and beat late, which says nothing about the network.
 *
 * <p>Pure: time arrives as a parameter. Allocates nothing. Not thread-safe.
 */
final class SilenceDetector {
    private static final int WINDOW_S = 20;
    private static final int TIMES = 3;
    private static final int SETTLING_S = 3;
    private static final int RESUMING_S = 1;
    private static final long WINDOW_NS = WINDOW_S * 1_000_000_000L;
    private static final long SETTLING_NS = SETTLING_S * 1_000_000_000L;
    private static final long RESUMING_NS = RESUMING_S * 1_000_000_000L;
    private static final long MOST_NS = 250_000_000L;
    /** While a link resumes. */
    private static final long RESUMING_MOST_NS = 100_000_000L;

    private long leastNs = MOST_NS;
    private long beganNs;
    private long resumedNs;
    private boolean resumed;
    private long windowEndsNs;
    private long widestNs;
    private long widestBeforeNs;

    /** Another process answers: what was learnt of the one before is forgotten. */
    void begin(long nowNs) {
        beganNs = nowNs;
        windowEndsNs = nowNs + SETTLING_NS + WINDOW_NS;
        widestNs = 0;
        widestBeforeNs = 0;
    }

    /** The link to the same process was made anew. */
    void resume(long nowNs) {
        resumed = true;
        resumedNs = nowNs;
    }

    /**
     * What the peer grants itself.
     *
     * @param ns taken into bounds: two heartbeats to a second
     */
    void told(long ns) {
        leastNs = Math.max(2 * LivenessLinks.HEARTBEAT_NS, Math.min(1_000_000_000L, ns));
    }

    /** Two beats came that far apart, while this thread was awake. */
    void gap(long gapNs, long nowNs) {
        if (nowNs - beganNs < SETTLING_NS || isResuming(nowNs)) {
            return;
        }
        roll(nowNs);
        widestNs = Math.max(widestNs, gapNs);
    }

    /** The patience that counts now, nanoseconds. */
    long silenceNs(long nowNs) {
        if (nowNs - beganNs < SETTLING_NS) {
            return Math.max(leastNs, MOST_NS);
        }
        roll(nowNs);
        long usualNs = Math.max(leastNs, Math.min(MOST_NS, TIMES * Math.max(widestNs, widestBeforeNs)));
        return isResuming(nowNs) ? Math.max(usualNs, RESUMING_MOST_NS) : usualNs;
    }

    private boolean isResuming(long nowNs) {
        resumed &= nowNs - resumedNs < RESUMING_NS;
        return resumed;
    }

    /** The widest gap that counts, nanoseconds. */
    long widestNs() {
        return Math.max(widestNs, widestBeforeNs);
    }

    private void roll(long nowNs) {
        if (nowNs - windowEndsNs >= 0) {
            boolean next = nowNs - windowEndsNs < WINDOW_NS;
            widestBeforeNs = next ? widestNs : 0;
            widestNs = 0;
            windowEndsNs = nowNs + WINDOW_NS;
        }
    }
}
