// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import org.jspecify.annotations.Nullable;

/**
 * What one member's news means for the others of its sync group (keepalived's {@code vrrp_sync_group}): they move together,
 * and one member's fault is everybody's.
 */
public final class SyncGroup {
    /** Marks a fault as another member's, so that it goes no further. */
    private static final String PREFIX = "sync-group ";

    private SyncGroup() {}

    /**
     * What a transition of one member asks of the others; null for nothing. To be delivered before anything else happens to
     * any of them. A member that followed leads nobody: two that follow each other would never come to an end.
     */
    public static @Nullable Event follow(StateChange change) {
        if (change.reason() == Reason.SYNC_GROUP) {
            return null;
        }
        if (change.to() == State.ACTIVE) {
            return new Event.GroupMoved(State.ACTIVE);
        }
        boolean steppedDown = change.from() == State.ACTIVE && change.to() == State.BACKUP;
        if (!steppedDown) {
            return null; // faults go by follow(String, Event); who stops was told so, or is no member any more
        }
        return switch (change.reason()) {
            case HANDED_OVER -> new Event.HandOver(false);
            case LATE -> new Event.Late();
            default -> new Event.GroupMoved(State.BACKUP);
        };
    }

    /** What a fault of the member, or its end, is to the others; null where it came from one of them. */
    public static @Nullable Event follow(String member, Event event) {
        if (event instanceof Event.Fault fault && !fault.cause().startsWith(PREFIX)) {
            return new Event.Fault(PREFIX + member + " " + fault.cause(), true);
        }
        if (event instanceof Event.Cleared cleared && !cleared.cause().startsWith(PREFIX)) {
            return new Event.Cleared(PREFIX + member + " " + cleared.cause());
        }
        return null;
    }
}
