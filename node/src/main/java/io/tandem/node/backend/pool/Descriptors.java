// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.PoolCount;
import io.tandem.node.backend.Server;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.observe.Counters;
import io.tandem.node.setup.Configuration;

/**
 * Whether the process has descriptors to spare for idle connections. Looks at the counters of all connections now and then
 * rather than at each request.
 */
final class Descriptors {
    private static final long LOOK_AGAIN_NS = 100_000_000L;

    private boolean everLooked;
    private long lookedAtNs;
    private boolean scarce;
    private boolean exhausted;

    /** {@code tune.pool-low-fd-ratio}: no more idle connections are added to those there are. */
    boolean areScarce(Configuration configuration, long nowNs) {
        look(configuration, nowNs);
        return scarce;
    }

    /** {@code tune.pool-high-fd-ratio}: idle connections are closed where new ones are needed. */
    boolean areExhausted(Configuration configuration, long nowNs) {
        look(configuration, nowNs);
        return exhausted;
    }

    private void look(Configuration configuration, long nowNs) {
        if (everLooked && nowNs - lookedAtNs < LOOK_AGAIN_NS) {
            return;
        }
        everLooked = true;
        lookedAtNs = nowNs;
        int most = configuration.node().maxDescriptors();
        if (most <= 0) {
            return; // nobody has said how many there are
        }
        long used = used(configuration);
        PoolLines.Ratios ratios = PoolLines.of(configuration.drafts());
        scarce = used * 100 >= (long) most * ratios.lowPercent;
        exhausted = used * 100 >= (long) most * ratios.highPercent;
    }

    private static long used(Configuration configuration) {
        long used = configuration.node().listeners().get();
        for (Frontend frontend : configuration.frontends()) {
            used += frontend.meters().current();
        }
        for (Backend backend : configuration.backends()) {
            for (Server server : backend.servers()) {
                Counters<PoolCount> counters = server.state().poolCounters();
                used += counters.sum(PoolCount.USED) + counters.sum(PoolCount.IDLE) + counters.sum(PoolCount.SAFE);
            }
        }
        return used;
    }
}
