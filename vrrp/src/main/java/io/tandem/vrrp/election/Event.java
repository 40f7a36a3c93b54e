// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.net.InetAddress;

/**
 * What can happen to a virtual router. Peers are named by the source address of their advertisements for this virtual
 * router, also where the news came by the liveness link.
 */
public sealed interface Event {
    /**
     * Begin: listen, or with priority 255 take the addresses.
     *
     * @param source the address this router's advertisements come from
     */
    record Startup(InetAddress source) implements Event {}

    /** Stop at once: priority 0 and the addresses go. {@link HandOver} is the gentle way. */
    record Shutdown() implements Event {}

    /**
     * A valid advertisement of another router arrived. Deliver what the socket holds before {@link TimerExpired}.
     *
     * @param priority 0..255
     * @param intervalNs the sender's advertisement interval
     */
    record Heard(InetAddress source, int priority, long intervalNs) implements Event {}

    /** The time of {@link Election#nextWakeNs} may have come; a stale one does no harm. */
    record TimerExpired() implements Event {}

    /** The trackers changed this router's priority; clamped to 1..254, ignored by an owner. */
    record PriorityChanged(int priority) implements Event {}

    /** This router's own address changed. */
    record SourceChanged(InetAddress source) implements Event {}

    /** A reload changed intervals, priority or preemption; the state stays. */
    record Reconfigured(ElectionConfig config) implements Event {}

    /**
     * Something this router depends on failed; several causes may hold at the same time.
     *
     * @param cause told apart from others by it, such as {@code link-down} or {@code script check_proxy}
     * @param linkUsable whether a last advertisement can still leave
     */
    record Fault(String cause, boolean linkUsable) implements Event {}

    /** A cause no longer holds. */
    record Cleared(String cause) implements Event {}

    /**
     * The liveness link to a peer that runs this virtual router is up, or its priority changed.
     *
     * @param priority 1..255, or 0 while it could not take over
     */
    record PeerSeen(InetAddress peer, int priority) implements Event {}

    /** A peer said farewell, or runs this virtual router no longer: no news about its addresses. */
    record PeerLeft(InetAddress peer) implements Event {}

    /** The liveness link of a peer ended without farewell: its process is dead. */
    record PeerGone(InetAddress peer) implements Event {}

    /** A peer asks this router to take the addresses, and drops them when told so. Refuse it before, if not ready. */
    record PeerReleasing(InetAddress peer) implements Event {}

    /** The peer asked to take the addresses has them. */
    record PeerTook(InetAddress peer) implements Event {}

    /** The peer asked to take the addresses cannot. */
    record PeerRefused(InetAddress peer) implements Event {}

    /**
     * Give the addresses to the best peer, make before break; does nothing more where this router is not Active.
     *
     * @param thenStop whether to stop afterwards; otherwise the router stays Backup and does not preempt until {@link
     *     Rejoin}
     */
    record HandOver(boolean thenStop) implements Event {}

    /** A peer asks for the addresses: hand over to it and stay Backup, as by {@link HandOver}. */
    record PeerWants(InetAddress peer) implements Event {}

    /** Hand over to a peer that is better placed now, and preempt as usual when that changes. */
    record Yield(InetAddress peer) implements Event {}

    /** Do not preempt until {@link Rejoin}: this node is not warm, or not in step with the others yet. */
    record HoldPreemption() implements Event {}

    /** Preempt again after a {@link HandOver}. */
    record Rejoin() implements Event {}

    /** The process slept (stopped, suspended): give way silently and listen. Noticed without help while Active. */
    record Late() implements Event {}

    /** The sync group of this router moved to ACTIVE or BACKUP. */
    record GroupMoved(State to) implements Event {}
}
