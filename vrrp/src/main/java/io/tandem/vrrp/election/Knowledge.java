// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a virtual router knows in whichever state it is: itself, its peers, and what is broken. */
final class Knowledge {
    private final KnownPeers peers = new KnownPeers();
    private final Set<String> faults = new LinkedHashSet<>();
    private ElectionConfig config;
    private int priority;
    private boolean held;
    private @Nullable InetAddress source;

    Knowledge(ElectionConfig config) {
        this.config = config;
        this.priority = config.priority();
    }

    void learnFrom(Event event) {
        if (event instanceof Event.Startup startup) {
            source = startup.source();
        } else if (event instanceof Event.SourceChanged changed) {
            source = changed.source();
        } else if (event instanceof Event.PeerSeen seen) {
            peers.seen(seen.peer(), seen.priority());
        } else if (event instanceof Event.PeerLeft left) {
            peers.forget(left.peer());
        } else if (event instanceof Event.PeerGone gone) {
            peers.forget(gone.peer());
        } else if (event instanceof Event.Fault fault) {
            faults.add(fault.cause());
        } else if (event instanceof Event.Cleared cleared) {
            faults.remove(cleared.cause());
        } else if (event instanceof Event.HoldPreemption) {
            held = true;
        } else if (event instanceof Event.Rejoin) {
            held = false;
        } else if (event instanceof Event.PriorityChanged changed && !config.isOwner()) {
            priority = clamp(changed.priority());
        } else if (event instanceof Event.Reconfigured reconfigured) {
            reconfigure(reconfigured.config());
        }
    }

    /** Trackers keep what they took or gave. */
    private void reconfigure(ElectionConfig newConfig) {
        int trackers = priority - config.priority();
        config = newConfig;
        priority = newConfig.isOwner() ? ElectionConfig.OWNER_PRIORITY : clamp(newConfig.priority() + trackers);
    }

    ElectionConfig config() {
        return config;
    }

    int priority() {
        return priority;
    }

    KnownPeers peers() {
        return peers;
    }

    boolean isFaulted() {
        return !faults.isEmpty();
    }

    /** Whether this node is not to preempt now: cold, behind, or drained. */
    boolean isHeld() {
        return held;
    }

    /** As configured; an owner preempts whatever its configuration says. */
    boolean isPreempting() {
        return config.preempt() || config.isOwner();
    }

    /** Whether the router that was heard wins against this one. */
    boolean isBeatenBy(Event.Heard heard) {
        return KnownPeers.beats(heard.priority(), heard.source(), priority, ownAddress());
    }

    /** Whether it is a peer that was lost and lives after all: clients of both halves have learnt different things. */
    boolean isReunionWith(InetAddress other) {
        return peers.hasEverSeen(other) && !peers.contains(other);
    }

    /** Whether no known peer is better than this router, apart from the one that is gone. */
    boolean isBestWithout(InetAddress gone) {
        return !peers.anyBetterThan(priority, ownAddress(), gone);
    }

    /** What to say of an advertisement before anything else; null for nothing. */
    @Nullable Warning warningAbout(Event.Heard heard) {
        if (heard.source().equals(source)) {
            return Warning.OWN_ADDRESS_HEARD;
        }
        // Where so configured, the liveness links decide who takes part; until the first is up, plain VRRP does.
        if (config.refuseStrangers() && peers.hasEverSeenAny() && !peers.hasEverSeen(heard.source())) {
            return Warning.STRANGER_REFUSED;
        }
        return heard.priority() == ElectionConfig.OWNER_PRIORITY && config.isOwner() ? Warning.TWO_OWNERS : null;
    }

    /** Whether an owner is heard that nobody has vouched for. */
    boolean isUnknownOwner(Event.Heard heard) {
        return heard.priority() == ElectionConfig.OWNER_PRIORITY
                && !config.isOwner()
                && !peers.hasEverSeen(heard.source());
    }

    private InetAddress ownAddress() {
        if (source == null) {
            throw new IllegalStateException("an advertisement before the start");
        }
        return source;
    }

    private static int clamp(int priority) {
        return Math.max(1, Math.min(254, priority));
    }
}
