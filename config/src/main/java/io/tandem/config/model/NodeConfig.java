// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a tandem.conf says, or a keepalived.conf beside a haproxy.cfg.
 *
 * @param proxyFiles haproxy.cfg files, relative names already resolved against the file that names them
 * @param cluster null for a node on its own
 * @param vrrp the virtual routers and what concerns them all
 * @param operating what the guardian does around them
 */
public record NodeConfig(
        List<Path> proxyFiles, @Nullable ClusterConfig cluster, VrrpConfig vrrp, OperatingConfig operating) {
    public NodeConfig {
        proxyFiles = List.copyOf(proxyFiles);
    }

    /** The virtual routers. */
    public List<VirtualRouterConfig> routers() {
        return vrrp.routers();
    }
}
