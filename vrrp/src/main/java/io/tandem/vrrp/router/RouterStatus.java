// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import io.tandem.vrrp.election.State;
import java.util.List;
import java.util.Map;

/**
 * Where a virtual router stands.
 *
 * @param reason of the last transition
 * @param sinceMs since the last transition
 * @param device where its addresses go when it is active
 * @param history the last transitions, the newest last
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
        List<Transition> history) {
    public RouterStatus {
        addresses = List.copyOf(addresses);
        history = List.copyOf(history);
    }

    /** The same with other counters. */
    public RouterStatus with(Map<String, Long> newCounters) {
        return new RouterStatus(
                name, vrid, interfaceName, state, reason, sinceMs, priority, addresses, device, newCounters, history);
    }
}
