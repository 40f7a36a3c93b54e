// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What lab to build.
 *
 * @param nodes load balancers, 2..5
 * @param haproxyCfg the proxy's configuration, or null for the tutorial's
 * @param keepalivedConf the virtual routers, or null for one with those timers
 * @param timers of keepalived, where it is measured
 * @param preempt whether the first node takes the address back whenever it can
 */
public record LabOptions(
        int nodes,
        Servers servers,
        Engine engine,
        @Nullable Path haproxyCfg,
        @Nullable Path keepalivedConf,
        Timers timers,
        boolean preempt) {
    public static final int MIN_NODES = 2;
    public static final int MAX_NODES = 5;
    public static final LabOptions DEFAULT =
            new LabOptions(2, Servers.EMBEDDED, Engine.TANDEM, null, null, Timers.QUICK, false);
}
