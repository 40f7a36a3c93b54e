// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tandem.config.model.ClusterConfig;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.InputStream;
import java.util.stream.Collectors;
import org.jgroups.JChannel;

/**
 * The JGroups stack of {@code stack.xml}, filled in for a node.
 *
 * <p>Why it is as it is: TCP_NIO2, because a blocking TCP never excludes a hung member under traffic · {@code port_range=0}:
 * two fixed ports (the second, 100 above, is FD_SOCK2's) for firewalls, and a clash fails at the start · FD_SOCK2 with
 * its own {@code bind_addr}, or a crash is seen after 12 s instead of 1.5 · {@code diag.enabled=false}: the default opens
 * a port without authentication · credits and STABLE of 4 M bound what a slow member can pin · fragments of 60 K are not
 * below a batch. No STATE_TRANSFER: state is streamed by {@code sync}.
 */
final class Stack {
    private Stack() {}

    static ClusterConfig.Member self(ClusterConfig config) {
        return config.members().stream()
                .filter(member -> member.name().equals(config.self()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "cluster " + config.name() + ": self \"" + config.self() + "\" is none of its members "
                                + config.members().stream()
                                        .map(ClusterConfig.Member::name)
                                        .toList()));
    }

    static String xml(ClusterConfig config) throws Exception {
        try (InputStream in = Stack.class.getResourceAsStream("stack.xml")) {
            if (in == null) {
                throw new FileNotFoundException("stack.xml");
            }
            String hosts = config.members().stream()
                    .map(member -> member.address().getHostAddress() + "[" + config.replicationPort() + "]")
                    .collect(Collectors.joining(","));
            return new String(in.readAllBytes(), UTF_8)
                    .replace("@address@", self(config).address().getHostAddress())
                    .replace("@port@", Integer.toString(config.replicationPort()))
                    .replace("@hosts@", hosts);
        }
    }

    static JChannel channel(ClusterConfig config) throws Exception {
        JChannel channel = new JChannel(new ByteArrayInputStream(xml(config).getBytes(UTF_8)));
        channel.setName(config.self());
        channel.setDiscardOwnMessages(true);
        return channel;
    }
}
