// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import io.tandem.config.model.VirtualRouterConfig.Tracks;
import java.util.List;

/**
 * Virtual routers that move together (keepalived's {@code vrrp_sync_group}). What the group tracks, its members track.
 *
 * @param members names of virtual routers, in the order written
 * @param tracks what the group tracks, which is part of what each member tracks
 * @param told who is told when all members have moved
 */
public record SyncGroupConfig(String name, List<String> members, Tracks tracks, Notify told) {
    public SyncGroupConfig {
        members = List.copyOf(members);
    }
}
