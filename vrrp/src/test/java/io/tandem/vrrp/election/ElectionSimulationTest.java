// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Thousands of seeded schedules of two to five routers. {@code -Dtandem.simulation.schedules=N} runs more, {@code
 * -Dtandem.simulation.seed=N} one again.
 */
class ElectionSimulationTest {
    private static final int SCHEDULES = Integer.getInteger("tandem.simulation.schedules", 2_000);
    private static final Long ONLY_SEED = Long.getLong("tandem.simulation.seed");

    @Test
    void whileConnectedThereIsOneActiveRouterNeitherMoreNorFewerForLong() {
        LongStream seeds = ONLY_SEED == null ? LongStream.range(0, SCHEDULES) : LongStream.of(ONLY_SEED);
        seeds.forEach(seed -> new Schedule(seed).run());
    }

    /** One run: alternately chaos and quiet; in the quiet, once the waiting times are over, exactly one router serves. */
    private static final class Schedule {
        private static final int PHASES = 4;
        private static final int DISTURBANCES = 6;

        private final long seed;
        private final Random random;
        private final SimulatedLan lan;
        private final long settleNs;
        private boolean quiet;
        private long wrongSinceNs;
        private boolean wrong;
        private long changes;
        private int activeIndex = -1;

        Schedule(long seed) {
            this.seed = seed;
            random = new Random(seed * 0x9E3779B97F4A7C15L);
            lan = new SimulatedLan(random, 2 + random.nextInt(4), random.nextBoolean());
            // Longest wait of a Backup, once more after a sleep, and an unanswered hand-over.
            long longestDownNs = Intervals.downNs(lan.nodes.get(0).config.version(), 1, lan.intervalNs, 3);
            settleNs = longestDownNs + 3 * lan.intervalNs + Election.HAND_OVER_TIMEOUT_NS;
        }

        void run() {
            try {
                lan.nodes.forEach(node -> node.start());
                for (int phase = 0; phase < PHASES; phase++) {
                    chaos();
                    calm();
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "-Dtandem.simulation.seed=" + seed + ": " + e.getMessage() + "\n" + lan.lastNotes(), e);
            }
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

        private void disturb(SimulatedLan.Node node) {
            int kind = random.nextInt(10);
            lan.note("disturbance " + kind + " of " + node.index);
            switch (kind) {
                case 0 -> node.crash();
                case 1 -> {
                    if (node.election == null) {
                        node.start();
                    }
                }
                case 2 -> lan.nodes.forEach(each -> each.island = random.nextInt(2));
                case 3 -> node.sleep();
                case 4 -> {
                    if (node.asleep) {
                        node.wake();
                    }
                }
                case 5 -> {
                    node.deliver(new Event.PriorityChanged(1 + random.nextInt(254)));
                    lan.tellPriority(node);
                }
                case 6 -> {
                    node.faulted = node.election != null;
                    node.deliver(new Event.Fault("link-down", random.nextBoolean()));
                }
                case 7 -> {
                    node.deliver(new Event.Cleared("link-down"));
                    node.faulted = false;
                }
                case 8 -> node.deliver(new Event.HandOver(false));
                default -> falseAlarm(node);
            }
        }

        /** The link of a peer breaks though the peer lives. */
        private void falseAlarm(SimulatedLan.Node node) {
            if (lan.livenessLinks) {
                for (SimulatedLan.Node peer : lan.nodes) {
                    if (peer != node) {
                        peer.deliver(new Event.PeerGone(node.address));
                    }
                }
                lan.linkUp(node);
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
                if (node.election == null && random.nextBoolean()) {
                    node.start();
                }
                if (node.faulted && random.nextBoolean()) {
                    node.deliver(new Event.Cleared("link-down"));
                    node.faulted = false;
                }
            });
            lan.nodes.forEach(lan::linkUp);
            quiet = true;
            wrong = false;
            lan.run(settleNs, this::look);
            changes = 0;
            lan.run(10 * lan.intervalNs, this::lookForChanges);
            assertThat(changes).as("changes of the active router in the quiet").isLessThanOrEqualTo(preemptions());
        }

        /** A preempt delay may end late. */
        private long preemptions() {
            return lan.nodes.stream()
                            .filter(node -> node.config.preemptDelayNs() > 0)
                            .count()
                    + 1;
        }

        private void lookForChanges() {
            look();
            for (SimulatedLan.Node node : lan.nodes) {
                if (node.isServing() && node.index != activeIndex) {
                    changes++;
                    activeIndex = node.index;
                }
            }
        }

        private void look() {
            long serving =
                    lan.nodes.stream().filter(SimulatedLan.Node::isServing).count();
            boolean possible = lan.nodes.stream().anyMatch(SimulatedLan.Node::isEligible);
            boolean wrongNow = quiet && possible && serving != 1;
            if (wrongNow && !wrong) {
                wrongSinceNs = lan.nowNs;
            }
            wrong = wrongNow;
            // Two routers hear each other within an interval, unless one thinks that the other is handing over.
            long boundNs = serving > 1 ? 2 * lan.intervalNs + Election.HAND_OVER_TIMEOUT_NS : settleNs;
            if (wrong && lan.nowNs - wrongSinceNs > boundNs) {
                throw new AssertionError(serving + " active routers for " + (lan.nowNs - wrongSinceNs) + " ns");
            }
        }
    }
}
