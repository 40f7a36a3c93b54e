// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.config.model.VirtualRouterConfig.TrackInterface;
import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import io.tandem.vrrp.router.EventLog;
import io.tandem.vrrp.router.VirtualRouters;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Turns the verdicts of scripts, processes and interfaces, and the numbers in files, into priorities and faults.
 *
 * <p>Weight 0: down faults the router. Positive: added while up. Negative: subtracted while down. {@code reverse} turns
 * the sign, as in keepalived; without weight, up is the fault. A file's number is multiplied by its weight. Thread-safe.
 */
public final class Trackers implements AutoCloseable {
    private static final int THREADS = 4;
    /** The most that a tracker moves a priority. */
    private static final int MOST = 253;

    private final VirtualRouters routers;
    private final EventLog log;
    private final Map<String, Boolean> verdicts = new HashMap<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<String, ScriptTracker> scripts = new HashMap<>();
    private final Map<String, FileTracker> files = new HashMap<>();
    private final Map<String, Set<String>> faults = new HashMap<>();
    private @Nullable ProcessTracker processes;
    private List<VirtualRouterConfig> configs = List.of();
    private boolean knowsInterfaces;
    private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "track");
        thread.setDaemon(true);
        return thread;
    });

    public Trackers(VirtualRouters routers, EventLog log) {
        this.routers = routers;
        this.log = log;
    }

    /** Begins, or begins anew after a reload: what is still tracked the same way goes on and keeps its verdict. */
    public synchronized void track(List<VirtualRouterConfig> newConfigs) {
        boolean first = configs.isEmpty();
        configs = List.copyOf(newConfigs);
        trackScripts(first);
        Map<String, TrackFile> wantedFiles = new LinkedHashMap<>();
        Map<String, TrackProcess> wantedProcesses = new LinkedHashMap<>();
        for (VirtualRouterConfig config : configs) {
            config.tracks().files().forEach(file -> wantedFiles.put(file.name(), file));
            config.tracks().processes().forEach(process -> wantedProcesses.put(process.name(), process));
            for (TrackInterface tracked : config.tracks().interfaces()) {
                if (knowsInterfaces) {
                    verdicts.putIfAbsent("interface " + tracked.name(), false); // nobody has told of it
                }
            }
        }
        trackFiles(wantedFiles);
        if (processes != null) {
            processes.stop();
            processes = null;
        }
        if (!wantedProcesses.isEmpty()) {
            processes = new ProcessTracker(
                    Path.of("/proc"),
                    List.copyOf(wantedProcesses.values()),
                    log,
                    (which, up) -> verdict("process " + which.name(), up));
            processes.start(executor);
        }
        configs.forEach(this::apply);
        clearForgotten();
    }

    private void trackScripts(boolean first) {
        Map<String, TrackScript> wanted = new LinkedHashMap<>();
        for (VirtualRouterConfig config : configs) {
            for (TrackScript script : config.tracks().scripts()) {
                wanted.put(script.name(), script);
                if (first && script.weight() == 0 && !script.reverse()) {
                    // Until its first run has ended nobody knows: a node whose service is down must not take over.
                    fault(config, "script " + script.name());
                }
            }
        }
        scripts.entrySet().removeIf(entry -> {
            TrackScript same = wanted.get(entry.getKey());
            boolean stays = same != null && entry.getValue().serves(same);
            if (!stays) {
                entry.getValue().stop();
            }
            return !stays;
        });
        for (TrackScript script : wanted.values()) {
            if (!scripts.containsKey(script.name())) {
                ScriptTracker tracker = new ScriptTracker(
                        script, log, (which, up) -> verdict("script " + which.name(), up), executor, this);
                scripts.put(script.name(), tracker);
                tracker.start();
            }
        }
    }

    private void trackFiles(Map<String, TrackFile> wanted) {
        files.entrySet().removeIf(entry -> {
            TrackFile same = wanted.get(entry.getKey());
            boolean stays = same != null && entry.getValue().serves(same);
            if (!stays) {
                entry.getValue().stop();
                numbers.remove(entry.getKey());
            }
            return !stays;
        });
        for (TrackFile file : wanted.values()) {
            if (!files.containsKey(file.name())) {
                FileTracker tracker = new FileTracker(file, log, (which, value) -> number(which.name(), value));
                files.put(file.name(), tracker);
                tracker.start(executor);
            }
        }
    }

    /** Faults by what is tracked no longer would last for ever. */
    private void clearForgotten() {
        Map<String, Set<String>> wanted = new HashMap<>();
        for (VirtualRouterConfig config : configs) {
            Set<String> causes = wanted.computeIfAbsent(config.name(), name -> new HashSet<>());
            config.tracks().scripts().forEach(each -> causes.add("script " + each.name()));
            config.tracks().interfaces().forEach(each -> causes.add("interface " + each.name()));
            config.tracks().files().forEach(each -> causes.add("file " + each.name()));
            config.tracks().processes().forEach(each -> causes.add("process " + each.name()));
        }
        faults.forEach((router, causes) -> causes.removeIf(cause -> {
            boolean forgotten = !wanted.getOrDefault(router, Set.of()).contains(cause);
            if (forgotten) {
                routers.clear(router, cause);
            }
            return forgotten;
        }));
    }

    /** An interface is up or down. */
    public void onInterface(String name, boolean usable) {
        synchronized (this) {
            knowsInterfaces = true;
        }
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
            priority += effect(config, "script " + script.name(), script.weight(), script.reverse());
        }
        for (TrackInterface tracked : config.tracks().interfaces()) {
            priority += effect(config, "interface " + tracked.name(), tracked.weight(), tracked.reverse());
        }
        for (TrackProcess process : config.tracks().processes()) {
            priority += effect(config, "process " + process.name(), process.weight(), process.reverse());
        }
        for (TrackFile file : config.tracks().files()) {
            priority += effect(config, file);
        }
        if (config.tracks().hasWeights()) {
            routers.priority(config.name(), priority);
        }
    }

    private int effect(VirtualRouterConfig config, String cause, int weight, boolean reverse) {
        Boolean up = verdicts.get(cause);
        if (up == null) {
            return 0;
        }
        if (weight == 0) {
            if (up != reverse) {
                clear(config, cause);
            } else {
                fault(config, cause);
            }
            return 0;
        }
        int effect = weight > 0 ? (up ? weight : 0) : (up ? 0 : weight);
        return reverse ? -effect : effect;
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
            fault(config, cause);
        } else {
            clear(config, cause);
        }
        return fault ? 0 : (int) Math.min(product, MOST);
    }

    private void fault(VirtualRouterConfig config, String cause) {
        faults.computeIfAbsent(config.name(), name -> new HashSet<>()).add(cause);
        routers.fault(config.name(), cause);
    }

    private void clear(VirtualRouterConfig config, String cause) {
        Set<String> causes = faults.get(config.name());
        if (causes != null) {
            causes.remove(cause);
        }
        routers.clear(config.name(), cause);
    }

    @Override
    public synchronized void close() {
        scripts.values().forEach(ScriptTracker::stop);
        executor.shutdownNow();
    }
}
