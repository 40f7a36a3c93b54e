// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.BackendState;
import io.tandem.node.backend.Balancer;
import io.tandem.node.backend.Server;
import io.tandem.node.rules.Facts;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A balancer over an immutable selector, which is made anew when the state of a server has changed: the first request that
 * notices makes it, all others see one volatile read more.
 */
final class RebuiltBalancer implements Balancer {
    private static final Selector NOTHING = (facts, avoid) -> null;

    /** @param version of the backend's state when the servers were looked at */
    private record Built(int version, Selector selector) {}

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
        built = new Built(state.version() - 1, NOTHING);
    }

    @Override
    public @Nullable Server choose(Facts facts, @Nullable Server avoid) {
        Built now = built;
        if (now.version() != state.version()) {
            now = rebuild();
        }
        Server server = now.selector().select(facts, avoid);
        if (server == null && avoid != null) {
            return now.selector().select(facts, null);
        }
        return server;
    }

    private synchronized Built rebuild() {
        int version = state.version(); // before the servers are looked at: a change meanwhile is seen next time
        if (built.version() != version) {
            List<Candidate> candidates = candidates();
            built = new Built(version, candidates.isEmpty() ? NOTHING : algorithm.over(candidates));
        }
        return built;
    }

    /** The usable servers, or the backups when there is none: only the first of them without {@code option allbackups}. */
    private List<Candidate> candidates() {
        List<Candidate> active = new ArrayList<>();
        List<Candidate> backups = new ArrayList<>();
        for (Server server : servers) {
            if (server.state().isUsable()) {
                boolean backup = server.description().backup();
                (backup ? backups : active)
                        .add(new Candidate(server, server.state().weight()));
            }
        }
        if (!active.isEmpty()) {
            return active;
        }
        return allBackups || backups.isEmpty() ? backups : backups.subList(0, 1);
    }
}
