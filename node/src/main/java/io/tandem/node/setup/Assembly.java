// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import io.tandem.config.text.Origin;
import io.tandem.config.text.Problems;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.BackendState;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import io.tandem.node.frontend.listen.Bind;
import io.tandem.node.language.Drafts;
import io.tandem.node.observe.Meters;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state of one assembly: drafts become parts of a {@link Configuration}. Backends are built before frontends, so that
 * a frontend can refer to them. What lives on (meters, server states) is taken from the previous configuration by name.
 */
public final class Assembly {
    private final Drafts drafts;
    private final Problems problems;
    private final NodeRuntime node;
    private @Nullable Configuration previous;
    private final List<Runnable> commits = new ArrayList<>();
    private final Lifetime lifetime = new Lifetime();
    private final Map<String, Backend> backends = new LinkedHashMap<>();
    private final List<Runnable> lastOfAll = new ArrayList<>();
    private final List<Runnable> behindLast = new ArrayList<>();
    private final Set<String> finalAlerts = new LinkedHashSet<>();
    private LastAddresses lastAddresses = (backend, server, host) -> null;
    private final Set<String> closingAlerts = new LinkedHashSet<>();
    private int servers;
    private boolean afterResponseRules;

    /**
     * @param node what lives as long as the process; assembling changes nothing in it
     * @param previous the configuration that runs now, or null at start
     */
    public Assembly(Drafts drafts, Problems problems, NodeRuntime node, @Nullable Configuration previous) {
        this.drafts = drafts;
        this.problems = problems;
        this.node = node;
        this.previous = previous;
    }

    public Drafts drafts() {
        return drafts;
    }

    public Problems problems() {
        return problems;
    }

    public NodeRuntime node() {
        return node;
    }

    public int loops() {
        return node.loops();
    }

    /**
     * Something to do when the configuration takes effect and not before: a load may still fail, and then nothing may have
     * changed. Run by boot, in order, just before new connections see the configuration.
     */
    public void onCommit(Runnable commit) {
        commits.add(commit);
    }

    /**
     * What is to be done, in order; forgotten here: what was built may keep this assembly, and a commit may know the
     * configuration before.
     */
    public List<Runnable> takeCommits() {
        List<Runnable> taken = List.copyOf(commits);
        commits.clear();
        return taken;
    }

    /** How long what is built here will be in use. */
    public Lifetime lifetime() {
        return lifetime;
    }

    public @Nullable Configuration previous() {
        return previous;
    }

    /** A number for the next server, unique in this configuration. */
    public int nextServerIndex() {
        return servers++;
    }

    public void built(Backend backend) {
        backends.put(backend.name(), backend);
        afterResponseRules |= !backend.afterResponseRules().isEmpty();
    }

    /** Whether any backend has rules behind its responses; all backends exist. Asked by every frontend, hence kept. */
    public boolean hasAfterResponseRules() {
        return afterResponseRules;
    }

    /** A backend of this configuration; null when there is none of that name, or when called before frontends are built. */
    public @Nullable Backend backend(String name) {
        return backends.get(name);
    }

    public Map<String, Backend> backends() {
        return backends;
    }

    /** The meters of the frontend of that name: those it has now, or new ones. */
    public Meters frontendMeters(String name) {
        return Optional.ofNullable(previous)
                .flatMap(p -> p.frontend(name))
                .map(f -> f.meters())
                .orElseGet(() -> new Meters(loops()));
    }

    /** The meters of a frontend's listener: those it has now, or new ones. */
    public Meters listenerMeters(String frontend, String listener) {
        return Optional.ofNullable(previous).flatMap(p -> p.frontend(frontend)).stream()
                .flatMap(f -> f.binds().stream())
                .filter(bind -> bind.name().equals(listener))
                .map(Bind::meters)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseGet(() -> new Meters(loops()));
    }

    /** The meters of the backend of that name: those it has now, or new ones. */
    public Meters backendMeters(String name) {
        return Optional.ofNullable(previous)
                .flatMap(p -> p.backend(name))
                .map(b -> b.meters())
                .orElseGet(() -> new Meters(loops()));
    }

    /** The living state of the backend of that name: what it has now, or a new one. */
    public BackendState backendState(String name) {
        return Optional.ofNullable(previous)
                .flatMap(p -> p.backend(name))
                .map(Backend::state)
                .orElseGet(() -> new BackendState(System.currentTimeMillis()));
    }

    /** The living state of a server: that of the running configuration, or a new one. */
    public ServerState serverState(String backend, String server, BackendState backendState) {
        return Optional.ofNullable(previous)
                .flatMap(p -> p.backend(backend))
                .flatMap(b -> b.server(server))
                .map(Server::state)
                .orElseGet(() -> new ServerState(new Meters(loops()), backendState, System.currentTimeMillis()));
    }

    /** Where servers were when their states were saved. */
    @FunctionalInterface
    public interface LastAddresses {
        /**
         * The address of a server, or null.
         *
         * @param host the name it is known by now: another one's address is none of its
         */
        @Nullable InetAddress of(String backend, String server, String host);
    }

    /** Said before servers are built. */
    public void lastAddresses(LastAddresses saved) {
        lastAddresses = saved;
    }

    /** Where a server was before: as the running configuration knows it, or as its state was saved; null for nowhere. */
    public @Nullable InetAddress lastAddress(String backend, String server, String host) {
        return lastAddresses.of(backend, server, host);
    }

    /** Whether names are worth being asked for: not where the configuration is refused anyway. */
    public boolean asksForAddresses() {
        return !problems.hasAlerts();
    }

    /** What is said behind everything else, and only where there is no alert. */
    public void lastOfAll(Runnable report) {
        lastOfAll.add(report);
    }

    /** What is said behind that, where there is still no alert. */
    public void behindLast(Runnable report) {
        behindLast.add(report);
    }

    /** An alert behind those: said once. */
    public void finalAlert(String text) {
        finalAlerts.add(text);
    }

    /** Reports what is said last of all. Called once, when everything else has been said. */
    public void reportLast() {
        if (!problems.hasAlerts()) {
            lastOfAll.forEach(Runnable::run);
            finalAlerts.forEach(text -> problems.alert(new Origin("", 0, 0), text));
        }
        if (!problems.hasAlerts()) {
            behindLast.forEach(Runnable::run);
        }
    }

    /** An alert to be printed once, behind everything else that this assembly finds. */
    public void closingAlert(String text) {
        closingAlerts.add(text);
    }

    /** Reports the closing alerts and lets go of the configuration before. Called once, at the end. */
    public void close() {
        previous = null; // what was built may keep this assembly, and must not keep all configurations there ever were
        closingAlerts.forEach(text -> problems.alert(new Origin("", 0, 0), text));
    }
}
