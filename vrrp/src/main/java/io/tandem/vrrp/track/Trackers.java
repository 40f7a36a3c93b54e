// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.config.model.VirtualRouterConfig.TrackInterface;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import io.tandem.vrrp.router.EventLog;
import io.tandem.vrrp.router.VirtualRouters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Turns the verdicts of scripts and interfaces, and the numbers in files, into priorities and faults.
 *
 * <p>Weight 0: down faults the router. Positive: added while up. Negative: subtracted while down. A file's number is
 * multiplied by its weight. Thread-safe.
 */
public final class Trackers implements AutoCloseable {
    private static final int THREADS = 4;
    /** The most that a tracker moves a priority. */
    private static final int MOST = 253;

    private final VirtualRouters routers;
    private final EventLog log;
    private final Map<String, Boolean> verdicts = new HashMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<ScriptTracker> scripts = new ArrayList<>();
    private final List<FileTracker> files = new ArrayList<>();
    private List<VirtualRouterConfig> configs = List.of();
    private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "track");
        thread.setDaemon(true);
        return thread;
    });

    public Trackers(VirtualRouters routers, EventLog log) {
        this.routers = routers;
        this.log = log;
    }

    /** Begins, or begins anew after a reload. */
    public synchronized void track(List<VirtualRouterConfig> newConfigs) {
        scripts.forEach(ScriptTracker::stop);
        scripts.clear();
        files.forEach(FileTracker::stop);
        files.clear();
        configs = List.copyOf(newConfigs);
        Map<String, TrackScript> wanted = new HashMap<>();
        for (VirtualRouterConfig config : configs) {
            config.tracks().scripts().forEach(script -> wanted.put(script.name(), script));
        }
        for (TrackScript script : wanted.values()) {
            ScriptTracker tracker =
                    new ScriptTracker(script, log, (which, up) -> verdict("script " + which.name(), up));
            scripts.add(tracker);
            tracker.start(executor);
        }
        Map<String, TrackFile> wantedFiles = new HashMap<>();
        for (VirtualRouterConfig config : configs) {
            config.tracks().files().forEach(file -> wantedFiles.put(file.name(), file));
        }
        for (TrackFile file : wantedFiles.values()) {
            FileTracker tracker = new FileTracker(file, log, (which, value) -> number(which.name(), value));
            files.add(tracker);
            tracker.start(executor);
        }
    }

    /** An interface is up or down. */
    public void onInterface(String name, boolean usable) {
        verdict("interface " + name, usable);
    }

    private synchronized void verdict(String what, boolean up) {
        Boolean before = verdicts.put(what, up);
        if (before == null || before != up) {
            configs.forEach(this::apply);
        }
    }

    private synchronized void number(String file, int value) {
        numbers.put(file, value);
        configs.forEach(this::apply);
    }

    private void apply(VirtualRouterConfig config) {
        int priority = config.priority();
        for (TrackScript script : config.tracks().scripts()) {
            String cause = "script " + script.name();
            priority += effect(config, cause, script.weight(), script.reverse());
        }
        for (TrackInterface tracked : config.tracks().interfaces()) {
            String cause = "interface " + tracked.name();
            priority += effect(config, cause, tracked.weight(), tracked.reverse());
        }
        for (TrackFile file : config.tracks().files()) {
            priority += effect(config, file);
        }
        if (config.tracks().hasWeights()) {
            routers.priority(config.name(), priority);
        }
    }

    private int effect(VirtualRouterConfig config, String cause, int weight, boolean reverse) {
        Boolean verdict = verdicts.get(cause);
        if (verdict == null) {
            return 0;
        }
        boolean up = verdict != reverse;
        if (weight == 0) {
            if (up) {
                routers.clear(config.name(), cause);
            } else {
                routers.fault(config.name(), cause);
            }
            return 0;
        }
        return weight > 0 ? (up ? weight : 0) : (up ? 0 : weight);
    }

    private int effect(VirtualRouterConfig config, TrackFile file) {
        Integer number = numbers.get(file.name());
        if (number == null) {
            return 0;
        }
        long product = (long) number * file.weight() * (file.reverse() ? -1 : 1);
        boolean fault = file.weight() == 0 ? (number != 0) != file.reverse() : product < -MOST;
        String cause = "file " + file.name();
        if (fault) {
            routers.fault(config.name(), cause);
        } else {
            routers.clear(config.name(), cause);
        }
        return fault ? 0 : (int) Math.min(product, MOST);
    }

    @Override
    public synchronized void close() {
        executor.shutdownNow();
    }
}
