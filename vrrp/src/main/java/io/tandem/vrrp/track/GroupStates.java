// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

import io.tandem.config.model.SyncGroupConfig;
import io.tandem.vrrp.election.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where sync groups stand: a group has moved when the last of its members has. Not thread-safe.
 */
final class GroupStates {
    private final Map<String, State> members = new HashMap<>();
    private final Map<String, State> groups = new HashMap<>();
    private List<SyncGroupConfig> configs = List.of();

    void configure(List<SyncGroupConfig> newConfigs) {
        configs = List.copyOf(newConfigs);
        groups.keySet().retainAll(configs.stream().map(SyncGroupConfig::name).toList());
    }

    /** A member moved; answers the groups that have moved with it. */
    List<SyncGroupConfig> moved(String member, State to) {
        members.put(member, to);
        List<SyncGroupConfig> moved = new ArrayList<>();
        for (SyncGroupConfig group : configs) {
            boolean all = group.members().contains(member)
                    && group.members().stream().allMatch(each -> members.get(each) == to);
            if (all && groups.put(group.name(), to) != to) {
                moved.add(group);
            }
        }
        return moved;
    }

    /** Null while it has no state of its own. */
    @Nullable State of(String group) {
        return groups.get(group);
    }

    void forget(String member) {
        members.remove(member);
    }
}
