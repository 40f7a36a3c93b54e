// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.election.StateChange;
import io.tandem.vrrp.election.Warning;
import io.tandem.vrrp.packet.Claim;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of one virtual router for its operators: its last {@value #MOST} transitions, and the signs of a second
 * router that has its addresses. Written by the reactor's thread; {@link #history} is read by any.
 */
final class RouterWatch {
    private static final int MOST = 32;

    /** Two of a hand-over have the addresses for a moment, and say so in messages that cross. */
    private static final long MOMENT_NS = 300_000_000L;

    /** Signs of a rival are forgotten after so long without another. */
    private static final long FADES_NS = 1_500_000_000L;

    private final Deque<Transition> transitions = new ArrayDeque<>();
    private volatile List<Transition> shown = List.of(); // written by the reactor's thread, read by any
    private @Nullable StateChange under;
    private long heardAtNs;
    private boolean heardAny;
    private @Nullable InetAddress rival;
    private long rivalAtNs;
    private boolean rivalHeard;
    private @Nullable InetAddress stranger;
    private String strangerIs = "";
    private long strangerAtNs;
    private boolean strangerStands;
    private @Nullable Claim claim;
    private long claimAtNs;
    private long linkSinceNs = Reactor.NEVER;

    /** A transition begins. */
    void begin(StateChange change) {
        under = change;
    }

    /** All that its event asked for is done. */
    void done(long eventNs, long nowNs) {
        StateChange change = under;
        if (change == null) {
            return;
        }
        under = null;
        String reason = change.reason().toString()
                + (change.peer() == null ? "" : " peer=" + change.peer().getHostAddress())
                + (change.cause() == null ? "" : " cause=" + change.cause());
        if (transitions.size() == MOST) {
            transitions.removeFirst();
        }
        transitions.addLast(new Transition(
                System.currentTimeMillis(),
                change.from(),
                change.to(),
                reason,
                nowNs - eventNs,
                heardAny ? eventNs - heardAtNs : -1));
        shown = List.copyOf(transitions);
    }

    /** The newest last; from any thread. */
    List<Transition> history() {
        return shown;
    }

    /** Another router's advertisement was accepted. */
    void heard(InetAddress from, long nowNs) {
        heardAtNs = nowNs;
        heardAny = true;
        if (from.equals(stranger)) {
            strangerAtNs = nowNs;
        }
    }

    /** Whether advertisements of another router have been accepted lately. */
    boolean hearsOthers(VirtualRouterConfig config, long nowNs) {
        return heardAny && nowNs - heardAtNs < 4 * config.advertInterval().toNanos() + FADES_NS;
    }

    /** Another router advertises although this one is Active. */
    void onRival(InetAddress from, long nowNs) {
        rival = from;
        rivalAtNs = nowNs;
        rivalHeard = true;
    }

    /** A router that nobody vouches for takes part, or tries to. */
    void onStranger(Warning what, InetAddress from, long nowNs) {
        stranger = from;
        strangerIs = what.text();
        strangerAtNs = nowNs;
    }

    /** The stranger that is still heard, or null. */
    @Nullable String stranger(VirtualRouterConfig config, long nowNs) {
        InetAddress from = stranger;
        if (from == null
                || nowNs - strangerAtNs
                        >= FADES_NS + 2 * config.advertInterval().toNanos()) {
            return null;
        }
        return "is=" + strangerIs + " peer=" + from.getHostAddress();
    }

    /**
     * Raises and clears what stands.
     *
     * @param second by what another router is known to have the addresses, or null
     * @return whether there was a second router until now
     */
    boolean tell(Alarms alarms, @Nullable String second, VirtualRouterConfig config, long nowNs) {
        String heard = stranger(config, nowNs);
        if (heard != null) {
            strangerStands = true;
            alarms.raise(Alarms.Kind.STRANGER, config.name(), heard);
        } else if (strangerStands) {
            strangerStands = false;
            alarms.clear(Alarms.Kind.STRANGER, config.name());
        }
        if (second != null) {
            alarms.raise(Alarms.Kind.TWO_ACTIVE, config.name(), second);
            return false;
        }
        return alarms.clear(Alarms.Kind.TWO_ACTIVE, config.name());
    }

    /** Another host claims a virtual address that is ours. */
    void onClaim(Claim seen, long nowNs) {
        claim = seen;
        claimAtNs = nowNs;
    }

    /**
     * Whether another router has the addresses too.
     *
     * @param elsewhere whether a peer says so by its link
     * @param sinceActiveNs how long this one has had them
     * @return by what it is known, or null
     */
    @Nullable String secondActive(State state, boolean elsewhere, long sinceActiveNs, VirtualRouterConfig config, long nowNs) {
        if (state != State.ACTIVE || !elsewhere) {
            linkSinceNs = Reactor.NEVER;
        } else if (linkSinceNs == Reactor.NEVER) {
            linkSinceNs = nowNs;
        }
        if (state != State.ACTIVE || sinceActiveNs < MOMENT_NS) {
            return null;
        }
        long fades = FADES_NS + 2 * config.advertInterval().toNanos();
        InetAddress from = rival;
        if (rivalHeard && from != null && nowNs - rivalAtNs < fades) {
            return "by=advertisement peer=" + from.getHostAddress();
        }
        Claim seen = claim;
        if (seen != null && nowNs - claimAtNs < FADES_NS) {
            return "by=" + (seen.address().getAddress().length == 4 ? "arp" : "neighbour-discovery") + " mac="
                    + seen.holder();
        }
        if (linkSinceNs != Reactor.NEVER && nowNs - linkSinceNs >= MOMENT_NS) {
            return "by=liveness-link"
                    + (hearsOthers(config, nowNs) ? "" : " hint=no-advertisement-of-it-is-heard,-use-unicast-peers");
        }
        return null;
    }
}
