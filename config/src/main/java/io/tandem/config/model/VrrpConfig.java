// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.util.List;

/**
 * All that a node's guardian is told of VRRP.
 *
 * @param routers the virtual routers, in the order written
 * @param groups those that move together
 * @param statics what stands whoever is Active
 */
public record VrrpConfig(
        List<VirtualRouterConfig> routers, List<SyncGroupConfig> groups, VrrpGlobals globals, StaticNetwork statics) {
    public static final VrrpConfig NONE = new VrrpConfig(List.of(), List.of(), VrrpGlobals.DEFAULT);

    /** One without static addresses, routes and rules. */
    public VrrpConfig(List<VirtualRouterConfig> routers, List<SyncGroupConfig> groups, VrrpGlobals globals) {
        this(routers, groups, globals, StaticNetwork.NONE);
    }

    public VrrpConfig {
        routers = List.copyOf(routers);
        groups = List.copyOf(groups);
    }
}
