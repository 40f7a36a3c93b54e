// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import io.tandem.packaging.lab.Engine;
import io.tandem.packaging.lab.Resources;
import io.tandem.packaging.lab.Topology;
import java.io.IOException;
import java.util.stream.Collectors;

/** The drill's haproxy.cfg: the same on every node. */
final class DrillConfiguration {
    /** The stick table, named by its backend. */
    static final String TABLE = "servers";

    private static final int PEERS_PORT = 10_000;

    private DrillConfiguration() {}

    /** The text for that engine: haproxy's peers are listed, Tandem's cluster shares every table by itself. */
    static String haproxyCfg(Topology topology, Engine engine) throws IOException {
        String peers = topology.nodes().stream()
                .map(node -> "    peer " + node.name() + " " + node.ip() + ":" + PEERS_PORT + "\n")
                .collect(Collectors.joining());
        String servers = topology.servers().stream()
                .map(server -> "    server " + server.name() + " " + server.ip() + ":80 check inter 500 rise 1\n")
                .collect(Collectors.joining());
        String text = Resources.text("drill.cfg").replace("@SERVERS@\n", servers);
        return engine == Engine.TANDEM
                ? text.replace("peers lab\n@PEERS@\n", "").replace(" peers lab", "")
                : text.replace("@PEERS@\n", peers + "\n");
    }
}
