// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.backend.Backend;
import io.tandem.node.guardian.GuardianLink;
import io.tandem.node.observe.EventLog;
import io.tandem.node.setup.NodeRuntime;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The guardian and its proxy, told of each other: the proxy's view of the cluster to the guardian, whenever it changes; the
 * guardian's metrics to whoever scrapes this process. A thread of its own.
 */
final class GuardianView implements NodeRuntime.GuardianTie, AutoCloseable {
    private static final long PERIOD_MS = 250;
    /** Where the guardian wants to know of backends: their state is a field, and addresses move by it. */
    private static final long HEALTH_PERIOD_MS = 5;

    private static final long ANSWER_MS = 3_000;
    private static final long FRESH_NS = 1_000_000_000L;
    private static final long STALE_NS = 10_000_000_000L;
    private static final long WANTED_NS = 120_000_000_000L;

    private final GuardianLink link;
    private final Cluster cluster;
    private final NodeRuntime node;
    private final Thread thread = new Thread(this::run, "guardian-view");
    private volatile String metrics = ""; // written by its thread, read by any
    private volatile long wantedNs = System.nanoTime(); // written by any, read by its thread
    private volatile List<String> watched = List.of(); // written by the link's thread, read by its own
    private volatile boolean closed;
    private int warnedOf; // the generation of a configuration; used by its thread

    GuardianView(GuardianLink link, Cluster cluster, NodeRuntime node) {
        this.link = link;
        this.cluster = cluster;
        this.node = node;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public String ask(String command) {
        try {
            return link.ask(command).get(ANSWER_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        } catch (ExecutionException | TimeoutException e) {
            return "";
        }
    }

    /** From now on it says when one of them has no usable server. */
    void watch(List<String> backends) {
        watched = List.copyOf(backends);
    }

    private String ill() {
        for (String name : watched) {
            Backend backend = node.configuration().backend(name).orElse(null);
            if (backend == null) {
                warnOf(name);
            } else if (backend.usableServers() == 0) {
                return name;
            }
        }
        return "";
    }

    /** Once for each configuration in which it is missing; it then moves no priority. */
    private void warnOf(String missing) {
        int now = node.configuration().generation(); // the configuration itself would live on as long as this
        if (now != warnedOf) {
            warnedOf = now;
            node.events()
                    .tell(
                            EventLog.Level.WARNING,
                            null,
                            "vrrp.proxy-health: there is no backend '" + missing + "'; it is not watched");
        }
    }

    @Override
    public String metrics() {
        wantedNs = System.nanoTime();
        return metrics;
    }

    private void run() {
        Cluster.Sight told = null;
        String health = "";
        long fetchedNs = System.nanoTime() - STALE_NS;
        long lookedNs = System.nanoTime() - FRESH_NS;
        while (!closed) {
            long nowNs = System.nanoTime();
            if (nowNs - lookedNs >= PERIOD_MS * 1_000_000L) {
                lookedNs = nowNs;
                Cluster.Sight sight = cluster.sight();
                if (sight != null && !sight.equals(told)) {
                    link.cluster(sight.inSync(), sight.others());
                    told = sight;
                }
            }
            String now = ill();
            if (!now.equals(health)) {
                health = now;
                link.health(now);
            }
            long period = nowNs - wantedNs < WANTED_NS ? FRESH_NS : STALE_NS;
            if (nowNs - fetchedNs >= period) {
                fetchedNs = nowNs;
                String text = ask("metrics");
                metrics = text.isEmpty() ? metrics : text;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(watched.isEmpty() ? PERIOD_MS : HEALTH_PERIOD_MS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
