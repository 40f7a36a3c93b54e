// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import io.tandem.packaging.lab.Await;
import io.tandem.packaging.lab.node.AdminSocket;
import io.tandem.packaging.lab.node.Node;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** One fault from steady state to steady state, and what the clients saw of it. */
final class Trial {
    /** Younger entries may be lost: they were on their way. */
    private static final long ENTRY_AGE_NS = 20_000_000;

    /** A pause between samples counts as overlap where the address moved; longer ones make no sense. */
    private static final long MAX_SAMPLE_PAUSE_NS = 2_000_000_000;

    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(30);
    /** The address comes back within this of the moment that it is seen to have come back. */
    private static final long TAKE_BACK_BEFORE_NS = 300_000_000;

    private static final long TAKE_BACK_AFTER_NS = 700_000_000;
    private static final Duration TAKE_BACK_LIMIT = Duration.ofSeconds(60);
    private static final int CLEAN_PROBES = 250;
    private static final int BASELINE_PROBES = 200;
    private static final int CLIENTS = 1_000;

    private final Fault fault;
    private final Cluster cluster;
    private final Prober prober;
    private final Load load;
    private final Clients clients;
    private final AddressSampler sampler;

    Trial(Fault fault, Cluster cluster, Prober prober, Load load, Clients clients, AddressSampler sampler) {
        this.fault = fault;
        this.cluster = cluster;
        this.prober = prober;
        this.load = load;
        this.clients = clients;
        this.sampler = sampler;
    }

    /** Once, until everything is as it was before. */
    TrialResult run() throws IOException {
        ProbeLog log = prober.startLog();
        OverlapLog overlap = sampler.startLog();
        load.startCount();
        awaitCleanProbes(log, System.nanoTime(), BASELINE_PROBES, "probes before the fault to be answered");
        Node active = cluster.holder().orElseThrow(() -> new IOException("no node has the address alone"));

        Set<String> entries = AdminSocket.tableKeys(active.adminSocket(), DrillConfiguration.TABLE);
        if (entries.isEmpty()) {
            throw new IOException("the stick table of " + active.name() + " is empty: there is nothing to measure");
        }
        long snapshotNs = System.nanoTime();
        List<Clients.Known> known = clients.knownBefore(snapshotNs, CLIENTS);
        if (known.isEmpty()) {
            throw new IOException("no client has been answered: there is nothing to measure");
        }
        sleepUntil(snapshotNs + ENTRY_AGE_NS);

        long faultNs = System.nanoTime();
        load.faultAt(faultNs);
        inject(active);
        if (fault == Fault.UPGRADE) {
            // Started again as soon as it has ended: the other node serves meanwhile.
            Await.until(active.name() + " to be gone", RECOVERY_LIMIT, active::isStopped);
            active.start();
        }
        awaitCleanProbes(log, faultNs, CLEAN_PROBES, "the floating address to answer again after the fault");
        Await.until("one node to serve the address", RECOVERY_LIMIT, () -> !serving(active)
                .isEmpty());
        Node next = serving(active).get(0);
        long recoveredNs = System.nanoTime();

        Set<String> remaining = AdminSocket.tableKeys(next.adminSocket(), DrillConfiguration.TABLE);
        int kept = Sweep.countKept(cluster.lab().client(), cluster.target(), clients, known);
        int entriesAfter = (int) entries.stream().filter(remaining::contains).count();

        long restoreNs = System.nanoTime();
        restore(active);
        long takenNs = restoreNs;
        if (cluster.preempts()) {
            Await.until(active.name() + " to take the address back", TAKE_BACK_LIMIT, () -> cluster.holder()
                    .filter(active::equals)
                    .isPresent());
            takenNs = System.nanoTime();
        }
        cluster.awaitSteady();
        long steadyNs = System.nanoTime();
        sleepUntil(steadyNs + Prober.LIMIT_NS);

        return new TrialResult(
                active.name(),
                next.name(),
                measured(log.longestGapNs(faultNs, recoveredNs - Prober.LIMIT_NS), "the outage"),
                measured(log.longestGapNs(restoreNs, steadyNs), "the gap while the node came back"),
                cluster.preempts()
                        ? measured(
                                log.longestGapNs(takenNs - TAKE_BACK_BEFORE_NS, takenNs + TAKE_BACK_AFTER_NS),
                                "the gap while the address came back")
                        : 0,
                load.counts(),
                entries.size(),
                entriesAfter,
                known.size(),
                kept,
                overlapNs(overlap),
                steadyNs - restoreNs);
    }

    /** Who may serve now: with a crashed proxy the same node, else another one than the failed. */
    private List<Node> serving(Node failed) throws IOException {
        return cluster.holders().stream()
                .filter(node -> fault == Fault.PROXY_CRASH || node != failed)
                .toList();
    }

    private void inject(Node node) throws IOException {
        switch (fault) {
            case CRASH -> node.crash();
            case STOP -> node.terminate();
            case UPGRADE -> node.terminate();
            case DRAIN -> node.drain();
            case LINK -> cluster.lab().lan().unplug(node.host());
            case PARTITION -> cluster.lab().lan().isolate(node.host());
            case FREEZE -> node.freeze();
            case PROXY_CRASH -> node.crashProxy();
            case PROXY_HANG -> node.freezeProxy();
        }
    }

    private void restore(Node node) throws IOException {
        switch (fault) {
            case UPGRADE -> {
                // Runs again already.
            }
            case CRASH, STOP -> {
                Await.until(node.name() + " to be gone", RECOVERY_LIMIT, node::isStopped);
                node.start();
            }
            case DRAIN -> node.rejoin();
            case LINK -> cluster.lab().lan().plug(node.host());
            case PARTITION -> cluster.lab().lan().rejoin(node.host());
            case FREEZE, PROXY_HANG -> node.resume();
            case PROXY_CRASH -> {
                // Its guardian starts another; where nothing does, the service manager would.
                if (!node.isRunning()) {
                    node.terminate();
                    Await.until(node.name() + " to be gone", RECOVERY_LIMIT, node::isStopped);
                    node.start();
                }
            }
        }
    }

    private static void awaitCleanProbes(ProbeLog log, long sinceNs, int count, String what) throws IOException {
        Await.until(
                what,
                RECOVERY_LIMIT,
                () -> log.answeredInARowSince(sinceNs, System.nanoTime(), Prober.LIMIT_NS) >= count);
    }

    private static long measured(long gapNs, String what) throws IOException {
        if (gapNs < 0) {
            throw new IOException(what + " could not be measured: too few probes were answered");
        }
        return gapNs;
    }

    private static long overlapNs(OverlapLog overlap) throws IOException {
        if (overlap.samples() == 0 || overlap.longestPauseNs() > MAX_SAMPLE_PAUSE_NS) {
            throw new IOException("the nodes' addresses were sampled too rarely to measure duplicates: "
                    + overlap.samples() + " samples, longest pause " + overlap.longestPauseNs() / 1_000_000 + " ms");
        }
        return overlap.longestNs();
    }

    private static void sleepUntil(long timeNs) {
        long left = timeNs - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = timeNs - System.nanoTime();
        }
    }
}
