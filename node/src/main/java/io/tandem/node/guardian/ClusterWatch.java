// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.vrrp.link.LivenessLinks;
import io.tandem.vrrp.router.Alarms;
import io.tandem.vrrp.router.Reactor;
import io.tandem.vrrp.router.VirtualRouters;
import io.tandem.vrrp.track.WitnessWatch;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compares what the liveness links see of the cluster with what its own channel and the witness see.
 *
 * <p>Two channels that differ for some seconds are an alarm: one network is broken, and the next fault may make two nodes
 * active. A node that hears neither a peer nor the witness is the one that is cut off, and gives its addresses up. On the
 * reactor's thread, but for {@link #onView}.
 */
final class ClusterWatch implements Reactor.Timed {
    static final String ISOLATED = "isolated";
    private static final long PERIOD_NS = 100_000_000L;
    /** The cluster's failure detection takes up to three seconds; a link takes one to come up again. */
    private static final long DIFFERS_NS = 6_000_000_000L;

    private final @Nullable LivenessLinks links;
    private final Supplier<@Nullable WitnessWatch> witness;
    private final VirtualRouters routers;
    private final Alarms alarms;
    private final PreemptionGate gate;
    private final Map<String, Long> differsSinceNs = new HashMap<>();
    private volatile @Nullable Set<String> view; // written by the worker's thread, read by the reactor's
    private long nextNs = System.nanoTime();
    private boolean isolated;
    private boolean everUp;

    ClusterWatch(
            @Nullable LivenessLinks links,
            Supplier<@Nullable WitnessWatch> witness,
            VirtualRouters routers,
            Alarms alarms,
            PreemptionGate gate) {
        this.links = links;
        this.witness = witness;
        this.routers = routers;
        this.alarms = alarms;
        this.gate = gate;
    }

    /** The members that the proxy's channel sees, this node left out; null when there is no proxy to say so. */
    void onView(@Nullable Set<String> members) {
        view = members;
    }

    @Override
    public long nextWakeNs() {
        return nextNs + VirtualRouters.SLACK_NS;
    }

    @Override
    public long readyNs() {
        return nextNs;
    }

    @Override
    public void onTime(long nowNs) {
        if (nowNs - nextNs < 0) {
            return;
        }
        nextNs = nowNs + PERIOD_NS;
        gate.onTime(nowNs);
        LivenessLinks liveness = links;
        if (liveness != null) {
            judgeIsolation(liveness);
            Set<String> members = view;
            if (members != null) {
                compare(liveness, members, nowNs);
            }
        }
    }

    private void judgeIsolation(LivenessLinks liveness) {
        WitnessWatch asked = witness.get();
        if (asked == null) {
            if (isolated) { // a reload took the witness away
                endIsolation();
            }
            return;
        }
        boolean up = liveness.isAnyUp();
        everUp |= up;
        boolean now = !up && !asked.isReachable();
        if (now == isolated) {
            return;
        }
        isolated = now;
        if (now) {
            alarms.raise(
                    Alarms.Kind.ISOLATED,
                    "node",
                    "witness=" + asked.witness().address().getHostAddress() + " peers="
                            + (everUp ? "lost" : "never-heard") + " action=gives-way");
            routers.fault(ISOLATED);
        } else {
            endIsolation();
        }
    }

    private void endIsolation() {
        isolated = false;
        alarms.clear(Alarms.Kind.ISOLATED, "node");
        routers.clear(ISOLATED);
    }

    private void compare(LivenessLinks liveness, Set<String> members, long nowNs) {
        for (int i = 0; i < liveness.peers(); i++) {
            String peer = liveness.peerName(i);
            boolean linked = liveness.isUp(i);
            if (linked == members.contains(peer)) {
                if (differsSinceNs.remove(peer) != null) {
                    alarms.clear(Alarms.Kind.VIEWS_DIFFER, peer);
                }
                continue;
            }
            Long since = differsSinceNs.putIfAbsent(peer, nowNs);
            if (since != null && nowNs - since > DIFFERS_NS) {
                alarms.raise(
                        Alarms.Kind.VIEWS_DIFFER,
                        peer,
                        "liveness-link=" + (linked ? "up" : "down") + " cluster="
                                + (linked ? "without-it" : "with-it"));
            }
        }
    }
}
