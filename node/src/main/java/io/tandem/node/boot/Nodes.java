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
        // Tables count in the milliseconds of the loops' clock, see Loop.nowMs.
        Tables tables = new Tables(new SecureRandom().nextLong(), 0);
        return new NodeRuntime(loops, name, nowMs, new EventLog(), tables);
    }
}
