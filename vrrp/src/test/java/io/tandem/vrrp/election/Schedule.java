// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;

/**
 * One run: alternately chaos and quiet. In the quiet, once the waiting times are over, exactly one node serves each virtual
 * router, and the members of a sync group are on the same one.
 */
final class Schedule {
    private static final int PHASES = 4;
    private static final int DISTURBANCES = 6;

    private final Random random;
    private final SimulatedLan lan;
    private final long longestIntervalNs;
    private final long settleNs;
    private final Watch[] watches;
    private boolean quiet;
    private long changes;

    /** Since when something is wrong with one virtual router. */
    private static final class Watch {
        /** −1 nobody serves, 1 more than one does. */
        int fault;

        long sinceNs;
        boolean torn;
        long tornSinceNs;
        int active = -1;
    }

    Schedule(long seed, boolean keepsJournal) {
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        lan = new SimulatedLan(random, keepsJournal);
        longestIntervalNs = 2 * lan.intervalNs;
        // Longest wait of a Backup, once more after a sleep, and an unanswered hand-over.
        settleNs = Intervals.downNs(lan.version, 1, longestIntervalNs, 3)
                + 3 * longestIntervalNs
                + Election.HAND_OVER_TIMEOUT_NS;
        watches = new Watch[lan.routersPerNode()];
        Arrays.setAll(watches, i -> new Watch());
    }

    void run() {
        lan.nodes.forEach(SimulatedNode::start);
        for (int phase = 0; phase < PHASES; phase++) {
            chaos();
            calm();
        }
    }

    String journal() {
        return lan.lastNotes();
    }

    private void chaos() {
        quiet = false;
        lan.loss = random.nextInt(3) == 0 ? random.nextDouble() * 0.6 : 0;
        lan.doubling = random.nextDouble() * 0.2;
        for (int i = random.nextInt(DISTURBANCES); i >= 0; i--) {
            disturb(lan.nodes.get(random.nextInt(lan.nodes.size())));
            lan.run((long) (random.nextDouble() * 5 * lan.intervalNs), this::look);
        }
    }

    private void disturb(SimulatedNode node) {
        int kind = random.nextInt(14);
        lan.note("disturbance " + kind + " of " + node.index);
        switch (kind) {
            case 0 -> node.crash();
            case 1 -> {
                if (!node.isRunning()) {
                    node.start();
                }
            }
            case 2 -> lan.split();
            case 3 -> node.sleep();
            case 4 -> {
                if (node.asleep) {
                    node.wake();
                }
            }
            case 5 -> {
                node.all(new Event.PriorityChanged(1 + random.nextInt(254)));
                node.routers.forEach(lan::tellPriority);
            }
            case 6 -> node.fault(random.nextBoolean());
            case 7 -> node.clear();
            case 8 -> node.all(new Event.HandOver(false));
            case 9 -> node.all(new Event.Rejoin());
            case 10 -> node.all(new Event.HoldPreemption());
            case 11 -> wants(lan.nodes.get(random.nextInt(lan.nodes.size())), node);
            case 12 -> {
                node.reload(lan.anyConfig(lan.nodes.size()));
                node.routers.forEach(lan::tellPriority);
            }
            default -> falseAlarm(node);
        }
    }

    private void wants(SimulatedNode peer, SimulatedNode node) {
        if (lan.livenessLinks && peer != node && peer.isTandem && node.isTandem) {
            node.all(random.nextBoolean() ? new Event.PeerWants(peer.address) : new Event.Yield(peer.address));
        }
    }

    /** The link of a peer breaks though the peer lives, and comes back. */
    private void falseAlarm(SimulatedNode node) {
        if (node.isTandem && node.isRunning()) {
            lan.linkBroke(node);
            lan.later(lan.intervalNs / 10, () -> lan.linkUp(node));
        }
    }

    private void calm() {
        lan.note("calm");
        lan.loss = 0;
        lan.nodes.forEach(node -> {
            node.island = 0;
            if (node.asleep) {
                node.wake();
            }
            if (!node.isRunning() && random.nextBoolean()) {
                node.start();
            }
            if (node.faulted && random.nextBoolean()) {
                node.clear();
            }
        });
        lan.nodes.forEach(lan::linkUp);
        quiet = true;
        for (Watch watch : watches) {
            watch.fault = 0;
            watch.torn = false;
        }
        lan.run(settleNs, this::look);
        changes = 0;
        lan.run(10 * longestIntervalNs, this::lookForChanges);
        assertThat(changes).as("changes of the active router in the quiet").isLessThanOrEqualTo(preemptions());
    }

    /** A preempt delay may end late. */
    private long preemptions() {
        long delayed = lan.nodes.stream()
                .filter(node -> node.config.preemptDelayNs() > 0)
                .count();
        return (delayed + 1) * watches.length;
    }

    private void lookForChanges() {
        look();
        for (int vrid = 0; vrid < watches.length; vrid++) {
            int active = theOnlyActive(vrid);
            if (active >= 0 && active != watches[vrid].active) {
                changes++;
                watches[vrid].active = active;
            }
        }
    }

    /** −1 where there is none, or more than one. */
    private int theOnlyActive(int vrid) {
        int active = -1;
        for (SimulatedNode node : lan.nodes) {
            if (node.routers.get(vrid).isServing()) {
                if (active >= 0) {
                    return -1;
                }
                active = node.index;
            }
        }
        return active;
    }

    private void look() {
        if (!quiet) {
            return;
        }
        boolean possible = lan.nodes.stream().anyMatch(SimulatedNode::isEligible);
        for (int vrid = 0; vrid < watches.length; vrid++) {
            lookAt(watches[vrid], vrid, possible);
        }
    }

    private void lookAt(Watch watch, int vrid, boolean possible) {
        long serving = 0;
        boolean torn = false;
        for (int i = 0; i < lan.nodes.size(); i++) {
            SimulatedNode node = lan.nodes.get(i);
            boolean serves = node.routers.get(vrid).isServing();
            serving += serves ? 1 : 0;
            torn |= serves != node.routers.get(0).isServing();
        }
        int fault = possible ? Long.compare(serving, 1) : 0;
        if (fault != watch.fault) {
            watch.sinceNs = lan.nowNs;
        }
        watch.fault = fault;
        if (torn && !watch.torn) {
            watch.tornSinceNs = lan.nowNs;
        }
        watch.torn = torn;
        // Two routers hear each other within an interval, unless one thinks that the other is handing over.
        long boundNs = fault > 0 ? 2 * longestIntervalNs + Election.HAND_OVER_TIMEOUT_NS : settleNs;
        if (fault != 0 && lan.nowNs - watch.sinceNs > boundNs) {
            throw new AssertionError(
                    serving + " active routers of vrid " + vrid + " for " + (lan.nowNs - watch.sinceNs) + " ns");
        }
        if (torn && lan.nowNs - watch.tornSinceNs > settleNs) {
            throw new AssertionError("a sync group was torn for " + (lan.nowNs - watch.tornSinceNs) + " ns");
        }
    }
}
