// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Several routers on a LAN with virtual time: messages are lost, delayed and doubled, the LAN splits, processes sleep, crash
 * and return. Everything comes from one seed.
 */
final class SimulatedLan {
    final Random random;
    final List<Node> nodes = new ArrayList<>();
    final long intervalNs;
    final boolean livenessLinks;
    long nowNs;

    double loss;
    double doubling;
    private final PriorityQueue<Pending> pending =
            new PriorityQueue<>(Comparator.comparingLong(Pending::timeNs).thenComparingLong(Pending::order));
    private long order;
    private final StringBuilder journal = new StringBuilder();

    private record Pending(long timeNs, long order, Runnable work) {}

    SimulatedLan(Random random, int size, boolean livenessLinks) {
        this.random = random;
        this.livenessLinks = livenessLinks;
        boolean version2 = random.nextInt(4) == 0;
        long[] intervals = {10_000_000L, 100_000_000L, 1_000_000_000L};
        intervalNs = version2 ? 1_000_000_000L : intervals[random.nextInt(intervals.length)];
        nowNs = random.nextLong();
        for (int i = 0; i < size; i++) {
            int priority = random.nextInt(12) == 0 ? 255 : random.nextInt(3) == 0 ? 100 : 1 + random.nextInt(254);
            nodes.add(new Node(
                    i,
                    new ElectionConfig(
                            version2 ? 2 : 3,
                            priority,
                            intervalNs,
                            random.nextInt(3) != 0,
                            random.nextInt(4) == 0 ? 2 * intervalNs : 0,
                            3,
                            random.nextBoolean(),
                            size == 2 && random.nextBoolean())));
        }
    }

    /** One router, its process and its place in the LAN. */
    final class Node {
        final int index;
        final InetAddress address;
        final ElectionConfig config;

        @Nullable Election election;

        boolean holdsAddresses;
        boolean faulted;
        int island;
        boolean asleep;
        private final List<Event> mailbox = new ArrayList<>();
        private long incarnation;

        Node(int index, ElectionConfig config) {
            this.index = index;
            this.config = config;
            this.address = TestRouter.ip("10.0.0." + (index * 60 + 1));
        }

        boolean isServing() {
            return election != null && election.state() == State.ACTIVE;
        }

        /** Whether the election may choose it: running and without fault. */
        boolean isEligible() {
            return election != null && election.state() != State.INITIALIZE && !faulted;
        }

        void start() {
            election = new Election(config);
            incarnation++;
            faulted = false;
            asleep = false;
            mailbox.clear();
            deliver(new Event.Startup(address));
            linkUp(this);
        }

        void crash() {
            Election dead = election;
            election = null;
            holdsAddresses = false;
            incarnation++;
            if (dead != null && livenessLinks) {
                for (Node peer : nodes) {
                    later(shortDelay(), () -> {
                        if (peer != this && peer.island == island) {
                            peer.deliver(new Event.PeerGone(address));
                        }
                    });
                }
            }
        }

        void deliver(Event event) {
            if (election == null) {
                return;
            }
            if (asleep) {
                mailbox.add(event);
                return;
            }
            List<Action> actions = election.on(event, nowNs);
            note(index + " " + event + " -> " + actions);
            SimulatedPort port = new SimulatedPort(this);
            actions.forEach(action -> action.performOn(port));
            if (holdsAddresses != (election.state() == State.ACTIVE)) {
                throw new AssertionError("node " + index + " is " + election.state() + " and holds=" + holdsAddresses);
            }
            scheduleWake();
        }

        void sleep() {
            asleep = true;
        }

        /** What waited in the socket is read before the timer is looked at. */
        void wake() {
            asleep = false;
            List<Event> waiting = List.copyOf(mailbox);
            mailbox.clear();
            waiting.forEach(this::deliver);
            deliver(new Event.TimerExpired());
        }

        private void scheduleWake() {
            Election current = election;
            if (current == null || current.nextWakeNs().isEmpty()) {
                return;
            }
            long born = incarnation;
            long wakeNs = current.nextWakeNs().getAsLong();
            // Timers are a little late, as real ones.
            long delayNs = Math.max(0, wakeNs - nowNs) + random.nextInt(200_000);
            later(delayNs, () -> {
                if (incarnation == born
                        && !asleep
                        && election != null
                        && election.nextWakeNs().isPresent()
                        && nowNs - election.nextWakeNs().getAsLong() >= 0) {
                    deliver(new Event.TimerExpired());
                }
            });
        }
    }

    /** What a router's actions do to the LAN. */
    private final class SimulatedPort implements Lan {
        private final Node node;

        SimulatedPort(Node node) {
            this.node = node;
        }

        @Override
        public void sendAdvertisement(int priority) {
            for (Node peer : nodes) {
                int copies = random.nextDouble() < loss ? 0 : random.nextDouble() < doubling ? 2 : 1;
                for (int i = 0; peer != node && i < copies; i++) {
                    later(shortDelay(), () -> {
                        if (peer.island == node.island) {
                            peer.deliver(new Event.Heard(node.address, priority, intervalNs));
                        }
                    });
                }
            }
        }

        @Override
        public void installAddresses() {
            node.holdsAddresses = true;
        }

        @Override
        public void removeAddresses() {
            node.holdsAddresses = false;
        }

        @Override
        public void announceAddresses() {
            if (!node.holdsAddresses) {
                throw new AssertionError("node " + node.index + " announces what it does not hold");
            }
        }

        @Override
        public void reportState(StateChange change) {
            tellPriority(node);
        }

        @Override
        public void warn(Warning warning, InetAddress peer) {}

        @Override
        public void askPeerToTake(InetAddress peer) {
            tell(peer, new Event.PeerReleasing(node.address));
        }

        @Override
        public void tellPeerTaken(InetAddress peer) {
            tell(peer, new Event.PeerTook(node.address));
        }

        @Override
        public void tellPeerRefused(InetAddress peer) {
            tell(peer, new Event.PeerRefused(node.address));
        }

        private void tell(InetAddress address, Event event) {
            for (Node peer : nodes) {
                if (peer.address.equals(address)) {
                    later(shortDelay(), () -> {
                        if (peer.island == node.island) {
                            peer.deliver(event);
                        }
                    });
                }
            }
        }
    }

    /** The links of a node to all it can reach are up. */
    void linkUp(Node node) {
        tellPriority(node);
        nodes.forEach(this::tellPriority);
    }

    void tellPriority(Node node) {
        Election election = node.election;
        if (!livenessLinks || election == null) {
            return;
        }
        boolean fit = election.state() == State.BACKUP || election.state() == State.ACTIVE;
        int priority = fit ? election.priority() : 0;
        for (Node peer : nodes) {
            later(shortDelay(), () -> {
                if (peer != node && peer.island == node.island && node.election == election) {
                    peer.deliver(new Event.PeerSeen(node.address, priority));
                }
            });
        }
    }

    void later(long delayNs, Runnable work) {
        pending.add(new Pending(nowNs + delayNs, order++, work));
    }

    long shortDelay() {
        return 1 + (long) (random.nextDouble() * intervalNs / 20);
    }

    /** Runs for so long, looking after every event. */
    void run(long durationNs, Runnable afterEach) {
        long endNs = nowNs + durationNs;
        while (!pending.isEmpty() && pending.element().timeNs() - endNs <= 0) {
            Pending next = pending.remove();
            nowNs = next.timeNs();
            next.work().run();
            afterEach.run();
        }
        nowNs = endNs;
        afterEach.run();
    }

    void note(String text) {
        if (journal.length() < 4_000_000) {
            journal.append(nowNs / 1000).append("us ").append(text).append('\n');
        }
    }

    String lastNotes() {
        return journal.substring(Math.max(0, journal.length() - 6_000));
    }
}
