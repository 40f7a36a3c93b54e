// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A server that follows another one's state ({@code track}), and its backend.
 *
 * <p>What a server inherits is kept apart from what was asked of itself: it stays in maintenance as long as either says so.
 */
public record Follower(Backend backend, Server server) {
    /**
     * Binds the followers of all servers of a configuration to those they follow, and takes over the state that is. Called
     * when the configuration takes effect.
     */
    static void bind(Collection<Backend> backends) {
        Map<String, Server> servers = new HashMap<>();
        Map<ServerState, List<Follower>> followers = new HashMap<>();
        for (Backend backend : backends) {
            for (Server server : backend.servers()) {
                servers.put(server.toString(), server);
            }
        }
        for (Backend backend : backends) {
            for (Server server : backend.servers()) {
                Server leader = leader(server, servers);
                if (leader != null) { // the last in the configuration is told first
                    followers
                            .computeIfAbsent(leader.state(), state -> new ArrayList<>())
                            .add(0, new Follower(backend, server));
                }
            }
        }
        for (Server server : servers.values()) {
            server.state().followers(followers.getOrDefault(server.state(), List.of()));
            if (leader(server, servers) == null) {
                server.state().inherit(false, false, System.currentTimeMillis());
            }
        }
        for (Server server : servers.values()) {
            if (leader(server, servers) == null) {
                takeOver(server);
            }
        }
    }

    private static @Nullable Server leader(Server server, Map<String, Server> servers) {
        String name = server.description().follows();
        return name == null ? null : servers.get(name);
    }

    private static void takeOver(Server leader) {
        ServerState state = leader.state();
        for (Follower follower : state.followers()) {
            ServerState its = follower.server.state();
            its.inherit(state.maintenance(), state.draining(), state.downtime().changedAtMs());
            its.healthOf(state, state.downtime().changedAtMs());
            takeOver(follower.server);
        }
    }
}
