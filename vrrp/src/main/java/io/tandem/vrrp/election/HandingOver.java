// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A planned hand-over between peers with a liveness link, make before break: on the side that gives, whom it asked and
 * until when; on the side that took, whose late advertisements say nothing.
 */
final class HandingOver {
    private @Nullable InetAddress target;
    private boolean thenStop;
    private boolean thenHold;
    private long deadlineNs;
    /** Asked, and given up: it may have been slow, and take the addresses yet. */
    private @Nullable InetAddress late;

    private @Nullable InetAddress releasedBy;
    private long releaseEndsNs;

    /**
     * @param stopAfterwards whether this router goes when the peer has the addresses
     * @param holdAfterwards whether it stays, and does not preempt
     */
    void ask(InetAddress peer, boolean stopAfterwards, boolean holdAfterwards, long nowNs) {
        target = peer;
        late = null;
        thenStop = stopAfterwards;
        thenHold = holdAfterwards;
        deadlineNs = nowNs + Election.HAND_OVER_TIMEOUT_NS;
    }

    /** Asked a second time: to stop afterwards is the stronger wish. */
    void also(boolean stopAfterwards) {
        thenStop |= stopAfterwards;
    }

    boolean isUnderWay() {
        return target != null;
    }

    boolean isTo(InetAddress peer) {
        return peer.equals(target);
    }

    @Nullable InetAddress target() {
        return target;
    }

    boolean thenStop() {
        return thenStop;
    }

    boolean thenHold() {
        return thenHold;
    }

    /** The deadline of the answer, where one is waited for and it is before the other time. */
    long wakeNs(long otherNs) {
        return target != null && deadlineNs - otherNs < 0 ? deadlineNs : otherNs;
    }

    boolean isUnanswered(long nowNs) {
        return target != null && nowNs - deadlineNs >= 0;
    }

    void end() {
        target = null;
        late = null;
    }

    /** It was given up and has not refused: its answer still counts while nobody else is asked, or both would serve. */
    void mayTakeYet(InetAddress peer) {
        late = peer;
    }

    boolean mayHaveTaken(InetAddress peer) {
        return isTo(peer) || peer.equals(late);
    }

    /** This router takes from the peer. */
    void releasedBy(InetAddress peer, long nowNs) {
        releasedBy = peer;
        releaseEndsNs = nowNs + Election.HAND_OVER_TIMEOUT_NS;
    }

    void forgetRelease() {
        releasedBy = null;
    }

    /** Advertisements that crossed our taking over on their way say nothing: their sender has handed over. */
    boolean wasReleasedBy(InetAddress peer, long nowNs) {
        return peer.equals(releasedBy) && nowNs - releaseEndsNs < 0;
    }
}
