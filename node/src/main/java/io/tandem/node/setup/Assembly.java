// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import io.tandem.config.text.Problems;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import io.tandem.node.language.Drafts;
import io.tandem.node.observe.Meters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of one assembly: drafts become parts of a {@link Configuration}. Backends are built before frontends, so that
 * a frontend can refer to them. What lives on (meters, server states) is taken from the previous configuration by name.
 */
public final class Assembly {
    private final Drafts drafts;
    private final Problems problems;
    private final int loops;
    private final @Nullable Configuration previous;
    private final Map<String, Backend> backends = new LinkedHashMap<>();
    private int servers;

    /**
     * @param loops how many event loops the process has
     * @param previous the configuration that runs now, or null at start
     */
    public Assembly(Drafts drafts, Problems problems, int loops, @Nullable Configuration previous) {
        this.drafts = drafts;
        this.problems = problems;
        this.loops = loops;
        this.previous = previous;
    }

    public Drafts drafts() {
        return drafts;
    }

    public Problems problems() {
        return problems;
    }

    public int loops() {
        return loops;
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
                .orElseGet(() -> new Meters(loops));
    }

    /** The meters of the backend of that name: those it has now, or new ones. */
    public Meters backendMeters(String name) {
        return Optional.ofNullable(previous)
                .flatMap(p -> p.backend(name))
                .map(b -> b.meters())
                .orElseGet(() -> new Meters(loops));
    }

    /** The living state of a server: that of the running configuration, or a new one. */
    public ServerState serverState(String backend, String server, int weight, long nowMs) {
        return Optional.ofNullable(previous)
                .flatMap(p -> p.backend(backend))
                .flatMap(b -> b.server(server))
                .map(Server::state)
                .orElseGet(() -> new ServerState(new Meters(loops), weight, nowMs));
    }
}
