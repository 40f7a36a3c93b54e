// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.model.ClusterConfig;
import io.tandem.node.cli.Console;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.peers.cluster.Replication;
import io.tandem.peers.sync.Session;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** This node's place in its cluster, if it has one: replication of the stick tables and of TLS ticket keys, and what statistics say of it. */
final class Cluster implements AutoCloseable {
    private final NodeRuntime node;
    private final Console console;
    private @Nullable ClusterConfig config;
    private volatile @Nullable Replication replication; // written by the main thread, read by any
    private @Nullable TicketExchange tickets;

    Cluster(NodeRuntime node, Console console) {
        this.node = node;
        this.console = console;
    }

    /**
     * Joins; returns at once. A node alone in the configuration stays alone.
     *
     * @throws IOException if the secret cannot be used; says what to do
     */
    void join(@Nullable ClusterConfig wanted) throws IOException {
        config = wanted;
        if (wanted == null) {
            return;
        }
        Replication started = Replication.start(wanted, node.tables(), NodeRuntime::monotonicMs);
        replication = started;
        int rank = wanted.members().stream()
                .map(ClusterConfig.Member::name)
                .toList()
                .indexOf(wanted.self());
        TicketExchange exchange = new TicketExchange(
                started.state(),
                node.ticketKeys(),
                started::inSync,
                rank,
                System::currentTimeMillis,
                NodeRuntime::monotonicMs);
        exchange.start();
        tickets = exchange;
        node.peers(new Peers(wanted, started));
        console.notice("cluster name=" + wanted.name() + " self=" + wanted.self() + " members="
                + wanted.members().size());
    }

    /**
     * What this node sees of its cluster.
     *
     * @param others the names of the other members in view
     */
    record Sight(boolean inSync, List<String> others) {}

    /** Null for a node on its own. Any thread. */
    @Nullable Sight sight() {
        Replication running = replication;
        if (running == null) {
            return null;
        }
        return new Sight(
                running.inSync(),
                running.status().peers().stream()
                        .map(Session.PeerStatus::name)
                        .sorted()
                        .toList());
    }

    /** Whether that is the cluster this node has joined. */
    boolean isOf(@Nullable ClusterConfig other) {
        return Objects.equals(config, other);
    }

    private record Peers(ClusterConfig config, Replication replication) implements NodeRuntime.PeerStatus {
        @Override
        public int active() {
            return config.members().size() - 1;
        }

        @Override
        public int connected() {
            return Math.max(0, replication.status().viewSize() - 1);
        }

        @Override
        public String show() {
            return replication.showPeers();
        }
    }

    @Override
    public void close() {
        TicketExchange exchange = tickets;
        if (exchange != null) {
            exchange.close();
        }
        Replication running = replication;
        if (running != null) {
            running.close();
        }
    }
}
