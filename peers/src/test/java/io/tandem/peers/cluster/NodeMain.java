// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

import io.tandem.config.model.ClusterConfig;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/** The second node of a cluster in a process that a test can kill: joins, hits key 42 a thousand times, waits. */
final class NodeMain {
    private NodeMain() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        List<ClusterConfig.Member> members = List.of(
                new ClusterConfig.Member("nodea", InetAddress.getByName("127.77.0.1")),
                new ClusterConfig.Member("nodeb", InetAddress.getByName("127.77.0.2")));
        ClusterConfig config =
                new ClusterConfig("test" + port, "nodeb", members, Path.of(args[0], "secret"), port, port + 1);
        try (TestNode node = new TestNode(config)) {
            node.awaitView(2);
            for (int i = 0; i < 1_000; i++) {
                node.hit(42);
            }
            System.out.println("hit");
            System.out.flush();
            System.in.read(); // until killed, or until the test has gone
        }
    }
}
