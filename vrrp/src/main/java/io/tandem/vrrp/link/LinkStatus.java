// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import java.util.List;
import java.util.Map;

/**
 * Where the liveness link to one peer stands.
 *
 * @param peer its node name
 * @param state {@code up}, {@code refused} (wrong secret) or {@code down}
 * @param ways each network: the peer's address there and its state
 * @param silenceNs how long the peer may be silent now
 * @param counters since the start, by name
 */
public record LinkStatus(
        String peer, String address, String state, List<String> ways, long silenceNs, Map<String, Long> counters) {
    public LinkStatus {
        ways = List.copyOf(ways);
    }

    /** Attempts with a wrong secret, in either direction. */
    public long refused() {
        return counters.getOrDefault("refused", 0L);
    }

    /** How often the peer was taken for dead. */
    public long losses() {
        return counters.getOrDefault("losses", 0L);
    }
}
