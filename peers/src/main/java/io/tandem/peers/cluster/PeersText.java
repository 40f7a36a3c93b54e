// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

import io.tandem.config.model.ClusterConfig;
import io.tandem.peers.sync.DecodeFailure;
import io.tandem.peers.sync.Session;
import io.tandem.peers.sync.SyncStats;

/** The cluster in the manner of {@code show peers}. */
final class PeersText {
    private PeersText() {}

    static String of(ClusterConfig config, ReplicationStatus status, SyncStats stats) {
        StringBuilder out = new StringBuilder();
        out.append("# cluster: ").append(status.cluster());
        out.append(", self: ").append(status.self());
        out.append(", members: ")
                .append(status.viewSize())
                .append('/')
                .append(config.members().size());
        out.append(", in sync: ").append(status.inSync() ? "yes" : "no");
        out.append(", lag: ").append(status.lagMs()).append("ms\n");
        for (ClusterConfig.Member member : config.members()) {
            out.append("  id=").append(member.name());
            if (member.name().equals(status.self())) {
                out.append("(local)");
            } else {
                appendPeer(status, member, out);
            }
            out.append(" addr=")
                    .append(member.address().getHostAddress())
                    .append(':')
                    .append(config.replicationPort());
            out.append('\n');
        }
        out.append("  sent: batches=").append(stats.batchesSent.sum());
        out.append(" entries=").append(stats.entriesSent.sum());
        out.append(" bytes=").append(stats.bytesSent.sum());
        out.append(" taught=").append(stats.cellsTaught.sum()).append('\n');
        out.append("  received: batches=").append(stats.batchesReceived.sum());
        out.append(" entries=").append(stats.entriesReceived.sum());
        out.append(" bytes=").append(stats.bytesReceived.sum());
        out.append(" learned=").append(stats.cellsLearned.sum());
        out.append(" stale=").append(stats.stale.sum());
        out.append(" full=").append(stats.full.sum()).append('\n');
        out.append("  faults: gaps=").append(stats.gaps.sum());
        out.append(" resyncs=").append(stats.resyncs.sum());
        out.append(" seal=").append(status.sealFailures());
        out.append(" replays=").append(status.replays());
        out.append(" send=").append(status.sendFailures());
        for (DecodeFailure reason : DecodeFailure.values()) {
            out.append(' ')
                    .append(reason.name().toLowerCase(java.util.Locale.ROOT))
                    .append('=');
            out.append(stats.failures(reason));
        }
        out.append('\n');
        status.mismatches()
                .forEach(text -> out.append("  mismatch: ").append(text).append('\n'));
        String problem = status.problem();
        if (problem != null) {
            out.append("  problem: ").append(problem).append('\n');
        }
        return out.toString();
    }

    private static void appendPeer(ReplicationStatus status, ClusterConfig.Member member, StringBuilder out) {
        for (Session.PeerStatus peer : status.peers()) {
            if (peer.name().equals(member.name())) {
                out.append("(remote,")
                        .append(peer.learning() ? "learning" : "active")
                        .append(')');
                out.append(" in_sync=").append(peer.saysInSync() ? 1 : 0);
                out.append(" teaching=").append(peer.teaching() ? 1 : 0);
                out.append(" last_get=").append(peer.lastSequence());
                return;
            }
        }
        out.append("(remote,inactive)");
    }
}
