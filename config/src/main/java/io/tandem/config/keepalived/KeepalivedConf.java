// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a keepalived.conf says of virtual routers.
 *
 * @param routers its {@code vrrp_instance} blocks, in file order
 */
public record KeepalivedConf(List<VirtualRouterConfig> routers) {
    public KeepalivedConf {
        routers = List.copyOf(routers);
    }

    /** Refuses every file for now. */
    public static KeepalivedConf load(Path file, Map<String, String> environment, Problems problems) {
        problems.add(Problem.alert(null, file + ": keepalived.conf is not supported by this version of tandem"));
        return new KeepalivedConf(List.of());
    }
}
