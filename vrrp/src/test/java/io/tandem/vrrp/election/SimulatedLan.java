// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Several routers on a LAN with virtual time: messages are lost, delayed and doubled, the LAN splits, processes sleep, crash
 * and return. Some LANs have liveness links, some sync groups, some routers that are not Tandem's. Everything comes from one
 * seed.
 */
final class SimulatedLan {
    private static final long MOST_STEPS = 200_000;

    final Random random;
    final List<SimulatedNode> nodes = new ArrayList<>();
    final int version;
    /** As first configured; a reload may double it. */
    final long intervalNs;

    final boolean livenessLinks;
    long nowNs;
    double loss;
    double doubling;
    private final PriorityQueue<Pending> pending =
            new PriorityQueue<>(Comparator.comparingLong(Pending::timeNs).thenComparingLong(Pending::order));
    private final StringBuilder journal = new StringBuilder();
    private final boolean keepsJournal;
    private final long startNs;
    private long order;
    private long steps;

    /** Times are from the start, so that they compare though the clock may wrap around. */
    private record Pending(long timeNs, long order, Runnable work) {}

    SimulatedLan(Random random, boolean keepsJournal) {
        this.random = random;
        this.keepsJournal = keepsJournal;
        livenessLinks = random.nextBoolean();
        version = random.nextInt(4) == 0 ? 2 : 3;
        long[] intervals = {10_000_000L, 100_000_000L, 1_000_000_000L};
        intervalNs = version == 2 ? 1_000_000_000L : intervals[random.nextInt(intervals.length)];
        nowNs = random.nextLong();
        startNs = nowNs;
        int size = 2 + random.nextInt(4);
        int routers = random.nextInt(4) == 0 ? 2 : 1;
        boolean mixed = random.nextInt(3) == 0;
        for (int i = 0; i < size; i++) {
            boolean isTandem = !mixed || random.nextBoolean();
            nodes.add(new SimulatedNode(this, i, anyConfig(size), isTandem, routers));
        }
    }

    ElectionConfig anyConfig(int size) {
        int priority = random.nextInt(12) == 0 ? 255 : random.nextInt(3) == 0 ? 100 : 1 + random.nextInt(254);
        return new ElectionConfig(
                version,
                priority,
                version == 3 && random.nextInt(8) == 0 ? 2 * intervalNs : intervalNs,
                random.nextInt(3) != 0 || priority == 255,
                random.nextInt(4) == 0 ? 2 * intervalNs : 0,
                3,
                random.nextBoolean(),
                size == 2 && random.nextBoolean(),
                false);
    }

    int routersPerNode() {
        return nodes.get(0).routers.size();
    }

    /** Puts each node on one of two islands; the links between them fall silent, and are given up. */
    void split() {
        nodes.forEach(node -> node.island = random.nextInt(2));
        if (random.nextBoolean()) {
            later(
                    intervalNs,
                    () -> nodes.forEach(node -> nodes.forEach(peer -> {
                        if (livenessLinks && node.island != peer.island && node.isTandem && peer.isTandem) {
                            peer.all(new Event.PeerGone(node.address));
                        }
                    })));
        }
    }

    /** The peers of a node that died, or whose link broke though it lives, hear of it. */
    void linkBroke(SimulatedNode node) {
        for (SimulatedNode peer : nodes) {
            later(shortDelay(), () -> {
                if (livenessLinks && peer != node && peer.isTandem && peer.island == node.island) {
                    peer.all(new Event.PeerGone(node.address));
                }
            });
        }
    }

    /** The links of a node to all it can reach are up. */
    void linkUp(SimulatedNode node) {
        node.routers.forEach(this::tellPriority);
        nodes.forEach(peer -> peer.routers.forEach(this::tellPriority));
    }

    void tellPriority(SimulatedNode.Router router) {
        Machine machine = router.machine;
        SimulatedNode node = router.node();
        if (!livenessLinks || machine == null || !node.isTandem) {
            return;
        }
        boolean fit = machine.state() == State.BACKUP || machine.state() == State.ACTIVE;
        int priority = fit ? machine.priority() : 0;
        for (SimulatedNode peer : nodes) {
            later(shortDelay(), () -> {
                if (peer != node && peer.isTandem && peer.island == node.island && router.machine == machine) {
                    peer.routers.get(router.vrid).deliver(new Event.PeerSeen(node.address, priority));
                }
            });
        }
    }

    void later(long delayNs, Runnable work) {
        pending.add(new Pending(nowNs - startNs + delayNs, order++, work));
    }

    long shortDelay() {
        return 1 + (long) (random.nextDouble() * intervalNs / 20);
    }

    /** Runs for so long, looking after every event. */
    void run(long durationNs, Runnable afterEach) {
        long endNs = nowNs + durationNs;
        while (!pending.isEmpty() && pending.element().timeNs() <= endNs - startNs) {
            Pending next = pending.remove();
            if (++steps > MOST_STEPS) {
                throw new AssertionError("a storm: the routers provoke each other without end");
            }
            nowNs = startNs + next.timeNs();
            next.work().run();
            afterEach.run();
        }
        nowNs = endNs;
        afterEach.run();
    }

    void note(SimulatedNode node, int vrid, Event event, List<Action> actions) {
        if (keepsJournal) {
            note(node.index + (node.isTandem ? " " : "k ") + vrid + " " + event + " -> " + actions);
        }
    }

    void note(String text) {
        if (keepsJournal) {
            journal.append((nowNs - startNs) / 1000).append("us ").append(text).append('\n');
        }
    }

    String lastNotes() {
        return journal.substring(Math.max(0, journal.length() - Integer.getInteger("tandem.simulation.notes", 12_000)));
    }
}
