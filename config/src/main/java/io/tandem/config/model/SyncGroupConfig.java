// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.util.List;

/**
 * Virtual routers that move together (keepalived's {@code vrrp_sync_group}). What the group tracks, its members track.
 *
 * @param members names of virtual routers, in the order written
 * @param told who is told when all members have moved
 */
public record SyncGroupConfig(String name, List<String> members, Notify told) {
    public SyncGroupConfig {
        members = List.copyOf(members);
    }
}
