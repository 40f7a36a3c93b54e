// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.election.State;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a virtual router stands.
 *
 * @param reason of the last transition
 * @param sinceMs since the last transition
 * @param device where its addresses go when it is active
 * @param history the last transitions, the newest last
 * @param leader whom it leaves the addresses to; null while it has them, or nobody is heard
 */
public record RouterStatus(
        String name,
        int vrid,
        String interfaceName,
        State state,
        String reason,
        long sinceMs,
        int priority,
        List<String> addresses,
        String device,
        Map<String, Long> counters,
        List<Transition> history,
        @Nullable Leader leader) {
    /**
     * Another router that is Active.
     *
     * @param priority 0..255, as it advertises
     * @param intervalNs between its advertisements, as it says
     */
    public record Leader(InetAddress address, int priority, long intervalNs) {}

    public RouterStatus {
        addresses = List.copyOf(addresses);
        history = List.copyOf(history);
    }

    /** The same with other counters. */
    public RouterStatus with(Map<String, Long> newCounters) {
        return new RouterStatus(
                name,
                vrid,
                interfaceName,
                state,
                reason,
                sinceMs,
                priority,
                addresses,
                device,
                newCounters,
                history,
                leader);
    }
}
