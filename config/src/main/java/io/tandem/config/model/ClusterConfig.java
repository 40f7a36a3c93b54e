// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The nodes that share tables, sessions and virtual addresses.
 *
 * @param name told apart from other clusters on the same network by it
 * @param self this node's name, one of {@code members}
 * @param members all nodes, this one included, 1 to 16
 * @param secretFile holds the cluster secret, at least 16 bytes, readable by the owner only
 * @param replicationPort JGroups' TCP port; failure detection uses the port 100 above
 * @param livenessPort the guardians' TCP port
 */
public record ClusterConfig(
        String name, String self, List<Member> members, Path secretFile, int replicationPort, int livenessPort) {
    public static final int DEFAULT_REPLICATION_PORT = 7800;
    public static final int DEFAULT_LIVENESS_PORT = 7801;

    public ClusterConfig {
        members = List.copyOf(members);
    }

    /**
     * One node and the addresses its peers reach it by.
     *
     * @param address where replication and the first liveness link go
     * @param others one for each further network, in the same order for every member: liveness links only
     */
    public record Member(String name, InetAddress address, List<InetAddress> others) {
        public Member {
            others = List.copyOf(others);
        }

        public Member(String name, InetAddress address) {
            this(name, address, List.of());
        }

        /** All of them, one for each network. */
        public List<InetAddress> addresses() {
            List<InetAddress> all = new ArrayList<>(others.size() + 1);
            all.add(address);
            all.addAll(others);
            return all;
        }
    }
}
