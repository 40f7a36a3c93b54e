// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.BackendState;
import io.tandem.node.backend.Balancer;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import io.tandem.node.rules.Facts;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A balancer over an immutable selector, which is made anew when the state of a server has changed: the first request that
 * notices makes it, all others see one volatile read more.
 */
final class RebuiltBalancer implements Balancer {
    private static final Selector NOTHING = (facts, avoid) -> null;

    /**
     * @param version of the backend's state when the servers were looked at
     * @param warming whether one of them starts slowly: its weight grows with time
     */
    private record Built(
            int version, Selector selector, Map<ServerState, Server> candidates, boolean warming, long builtNs) {}

    /** How often weights are looked at while a server starts slowly. */
    private static final long WARMING_NS = 500_000_000L;

    private final List<Server> servers;
    private final BackendState state;
    private final Algorithm algorithm;
    private final boolean allBackups;
    private volatile Built built;

    RebuiltBalancer(List<Server> servers, BackendState state, Algorithm algorithm, boolean allBackups) {
        this.servers = List.copyOf(servers);
        this.state = state;
        this.algorithm = algorithm;
        this.allBackups = allBackups;
        built = new Built(state.version() - 1, NOTHING, Map.of(), false, 0);
    }

    @Override
    public @Nullable Server choose(Facts facts, @Nullable Server avoid) {
        Built now = now();
        if (now.warming() && facts.loop.nowNs() - now.builtNs() >= WARMING_NS) {
            state.changed();
            now = now();
        }
        Server server = now.selector().select(facts, avoid);
        if (server == null && avoid != null) {
            return now.selector().select(facts, null);
        }
        return server;
    }

    @Override
    public @Nullable Server candidate(ServerState server) {
        return now().candidates().get(server);
    }

    private Built now() {
        Built now = built;
        return now.version() == state.version() ? now : rebuild();
    }

    private synchronized Built rebuild() {
        int version = state.version(); // before the servers are looked at: a change meanwhile is seen next time
        if (built.version() != version) {
            List<Candidate> candidates = candidates();
            IdentityHashMap<ServerState, Server> byState = new IdentityHashMap<>();
            candidates.forEach(c -> byState.put(c.server().state(), c.server()));
            Selector selector = candidates.isEmpty() ? NOTHING : algorithm.over(candidates);
            built = new Built(version, selector, byState, isWarming(candidates), System.nanoTime());
        }
        return built;
    }

    private boolean isWarming(List<Candidate> candidates) {
        return algorithm.isDynamic()
                && candidates.stream().anyMatch(c -> c.server().state().warmth() < 100);
    }

    /** The usable servers, or the backups when there is none: only the first of them without {@code option allbackups}. */
    private List<Candidate> candidates() {
        List<Server> active = new ArrayList<>();
        List<Server> backups = new ArrayList<>();
        for (Server server : servers) {
            if (server.state().isUsable()) {
                (server.description().backup() ? backups : active).add(server);
            }
        }
        return weighed(!active.isEmpty() ? active : allBackups || backups.isEmpty() ? backups : backups.subList(0, 1));
    }

    private List<Candidate> weighed(List<Server> usable) {
        boolean warming = algorithm.countsInParts()
                || (algorithm.isDynamic()
                        && usable.stream().anyMatch(s -> s.state().warmth() < 100));
        return usable.stream()
                .map(s -> new Candidate(
                        s, warming ? warmWeight(s.state()) : s.state().weight()))
                .toList();
    }

    private static int warmWeight(ServerState state) {
        return state.weight() * state.warmSteps();
    }
}
