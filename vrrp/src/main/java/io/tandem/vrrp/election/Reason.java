// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

/** Why a state changed; the {@code reason=} of the log line and the label of the metric. */
public enum Reason {
    /** Started and listening. */
    STARTUP,
    /** Priority 255: owns the addresses, waits for nobody. */
    OWNER,
    /** Nothing heard for Active_Down_Interval. */
    DOWN_INTERVAL_EXPIRED,
    /** The Active router said it stops (priority 0). */
    PEER_STOPPED,
    /** The liveness link of the Active router ended without farewell. */
    PEER_GONE,
    /** The Active router asked for its addresses to be taken. */
    PEER_RELEASING,
    /** The Active router had a lower priority and preemption is on. */
    LOWER_PRIORITY_PREEMPTED,
    /** A router with a higher priority advertises. */
    HIGHER_PRIORITY_HEARD,
    /** A router with the same priority and a higher address advertises. */
    HIGHER_ADDRESS_HEARD,
    /** A peer took over what this router handed over. */
    HANDED_OVER,
    /** Asked to hand over, but nobody answered in time: gave the addresses up the standard way. */
    HAND_OVER_UNANSWERED,
    /** This router slept longer than its peers wait: another may be active already. */
    LATE,
    /** Something this router depends on failed. */
    FAULT,
    /** All that failed works again. */
    FAULT_CLEARED,
    /** Moved with its sync group. */
    SYNC_GROUP,
    /** Told to stop. */
    SHUTDOWN;

    private final String text = name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');

    /** As logged: {@code down-interval-expired}. */
    @Override
    public String toString() {
        return text;
    }
}
