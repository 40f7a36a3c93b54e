// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

import io.tandem.peers.sync.Session;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How replication stands.
 *
 * @param cluster the cluster's name
 * @param self this node's name
 * @param connected whether the channel is up
 * @param inSync whether all that the members had has arrived
 * @param viewSize members of the view, this node included; 0 before the first
 * @param lagMs how long the oldest change has been waiting to be sent, 0 when none does
 * @param peers the other members
 * @param mismatches tables that members hold differently, one sentence each
 * @param sealFailures messages that were not authentic, of another cluster or altered
 * @param replays messages seen before
 * @param sendFailures messages JGroups did not take
 * @param problem why there is no channel, or null
 */
public record ReplicationStatus(
        String cluster,
        String self,
        boolean connected,
        boolean inSync,
        int viewSize,
        long lagMs,
        List<Session.PeerStatus> peers,
        List<String> mismatches,
        long sealFailures,
        long replays,
        long sendFailures,
        @Nullable String problem) {
    public ReplicationStatus {
        peers = List.copyOf(peers);
        mismatches = List.copyOf(mismatches);
    }
}
