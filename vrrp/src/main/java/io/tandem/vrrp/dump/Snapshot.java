// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.dump;

import io.tandem.config.model.SyncGroupConfig;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Tracks;
import io.tandem.config.model.VrrpConfig;
import io.tandem.vrrp.election.State;
import io.tandem.vrrp.router.RouterStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What is to be shown.
 *
 * @param routers where they stand; those without a configuration of their name are left out
 * @param hostName stands for the router's id where none is given
 * @param now when that was
 */
public record Snapshot(VrrpConfig config, List<RouterStatus> routers, String hostName, Instant now) {
    public Snapshot {
        routers = List.copyOf(routers);
    }

    /** A router's configuration and standing. */
    record Pair(VirtualRouterConfig config, RouterStatus status) {
        boolean isActive() {
            return status.state() == State.ACTIVE;
        }

        long count(String counter) {
            return status.counters().getOrDefault(counter, 0L);
        }

        /** How often it gave the addresses up. */
        long released() {
            return Math.max(0, count("became_active") - (isActive() ? 1 : 0));
        }
    }

    List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (VirtualRouterConfig config : config.routers()) {
            routers.stream()
                    .filter(status -> status.name().equals(config.name()))
                    .findFirst()
                    .ifPresent(status -> pairs.add(new Pair(config, status)));
        }
        return pairs;
    }

    /** What a router tracks by itself: its group's trackers are shown with the group. */
    Tracks ownTracks(VirtualRouterConfig router) {
        Tracks shared = config.groups().stream()
                .filter(group -> group.name().equals(router.syncGroup()))
                .map(SyncGroupConfig::tracks)
                .findFirst()
                .orElse(Tracks.NONE);
        return new Tracks(
                without(router.tracks().interfaces(), shared.interfaces()),
                without(router.tracks().scripts(), shared.scripts()),
                without(router.tracks().files(), shared.files()),
                without(router.tracks().processes(), shared.processes()));
    }

    private static <T> List<T> without(List<T> all, List<T> others) {
        return all.stream().filter(each -> !others.contains(each)).toList();
    }

    /** A group is where all its members are; between two states it is a backup. */
    State stateOf(SyncGroupConfig group) {
        List<State> states = routers.stream()
                .filter(status -> group.members().contains(status.name()))
                .map(RouterStatus::state)
                .distinct()
                .toList();
        return states.size() == 1 ? states.get(0) : states.contains(State.FAULT) ? State.FAULT : State.BACKUP;
    }
}
