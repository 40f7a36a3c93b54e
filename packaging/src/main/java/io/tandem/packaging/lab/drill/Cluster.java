// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import io.tandem.packaging.lab.Await;
import io.tandem.packaging.lab.Lab;
import io.tandem.packaging.lab.host.AddressHolders;
import io.tandem.packaging.lab.host.Host;
import io.tandem.packaging.lab.node.AdminSocket;
import io.tandem.packaging.lab.node.Node;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a drill wants to know of its nodes, and waits for. Called by the drill's thread. */
final class Cluster {
    private static final Duration STEADY_LIMIT = Duration.ofSeconds(60);
    private static final int MIN_ENTRIES = 20;
    private static final int CLEAN_PROBES = 500;
    private static final int HTTP_PORT = 80;
    private static final long ANSWER_LIMIT_MS = 1_000;

    private final Lab lab;
    private final Prober prober;
    private final AddressHolders holders;
    private final boolean preempts;

    /** @param preempts whether the first node takes the address back whenever it can */
    Cluster(Lab lab, Prober prober, boolean preempts) throws IOException {
        this.preempts = preempts;
        this.lab = lab;
        this.prober = prober;
        this.holders = lab.holdersOf(lab.topology().floating());
    }

    Lab lab() {
        return lab;
    }

    boolean preempts() {
        return preempts;
    }

    InetSocketAddress target() {
        return new InetSocketAddress(lab.topology().floating(), HTTP_PORT);
    }

    /** The only node that has the address, if it is one. */
    Optional<Node> holder() throws IOException {
        List<Host> now = holders.now();
        return now.size() != 1
                ? Optional.empty()
                : lab.nodes().stream().filter(node -> node.host() == now.get(0)).findFirst();
    }

    /** All nodes that have the address. */
    List<Node> holders() throws IOException {
        List<Host> now = holders.now();
        return lab.nodes().stream().filter(node -> now.contains(node.host())).toList();
    }

    /**
     * Waits until one node has the address, the last probes were all answered, every node serves clients itself, and every
     * node has the table's entries of the active one.
     */
    void awaitSteady() throws IOException {
        Await.until("one node to have the address", STEADY_LIMIT, () -> holder().isPresent());
        for (Node node : lab.nodes()) {
            Await.until(node.name() + " to answer requests at its own address", STEADY_LIMIT, () -> serves(node));
        }
        for (Node node : lab.nodes()) {
            Await.until(node.name() + " to know the other nodes", STEADY_LIMIT, node::isSettled);
        }
        Node active = holder().orElseThrow(() -> new IOException("the address moved without a fault"));
        Await.until(
                "the stick table of " + active.name() + " to have " + MIN_ENTRIES + " entries",
                STEADY_LIMIT,
                () -> AdminSocket.tableKeys(active.adminSocket(), DrillConfiguration.TABLE)
                                .size()
                        >= MIN_ENTRIES);
        Set<String> entries = AdminSocket.tableKeys(active.adminSocket(), DrillConfiguration.TABLE);
        for (Node node : lab.nodes()) {
            Await.until(
                    node.name() + " to have the " + entries.size() + " stick-table entries of " + active.name(),
                    STEADY_LIMIT,
                    () -> AdminSocket.tableKeys(node.adminSocket(), DrillConfiguration.TABLE)
                            .containsAll(entries));
        }
        Await.until(
                "the last " + CLEAN_PROBES + " probes to be answered",
                STEADY_LIMIT,
                () -> prober.log().answeredInARow(System.nanoTime(), Prober.LIMIT_NS) >= CLEAN_PROBES);
    }

    private boolean serves(Node node) throws IOException {
        InetSocketAddress own = new InetSocketAddress(node.host().place().address(), HTTP_PORT);
        return lab.client().network().run(() -> {
            try (Selector selector = Selector.open()) {
                HttpCall call = HttpCall.open(selector, own, Load.request("steady-" + node.name(), false));
                try {
                    boolean complete = false;
                    while (!complete && selector.select(ANSWER_LIMIT_MS) > 0) {
                        selector.selectedKeys().clear();
                        complete = call.onReady();
                    }
                    return complete && call.status() == 200;
                } finally {
                    call.abort();
                }
            }
        });
    }
}
