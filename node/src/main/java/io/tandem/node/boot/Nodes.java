// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.observe.EventLog;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.peers.table.Tables;
import java.security.SecureRandom;

/** Makes what lives as long as the process. */
final class Nodes {
    private Nodes() {}

    static NodeRuntime create(int loops, String name) {
        long nowMs = System.currentTimeMillis();
        // Tables count in monotonic milliseconds; registers of several nodes are ordered by UTC.
        Tables tables = new Tables(new SecureRandom().nextLong(), nowMs - NodeRuntime.monotonicMs());
        return new NodeRuntime(loops, name, nowMs, new EventLog(), tables);
    }
}
