// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import io.tandem.packaging.lab.host.Lan;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to try in a lab that runs. */
final class Guide {
    private Guide() {}

    static String text(Topology topology, Uplink uplink, @Nullable Path haproxyCfg) {
        String floating = topology.floatingIp();
        String first = topology.nodes().get(0).name();
        StringBuilder text = new StringBuilder("\nThe lab runs. Stop it with Ctrl-C or: tandem lab stop\n\n");
        if (uplink.kind() == Uplink.Kind.CABLE && !topology.contains(topology.floating())) {
            text.append("To reach %s from this machine: ip route add %s dev %s%n"
                    .formatted(floating, floating, Lan.MACHINE_PORT));
        }
        if (haproxyCfg == null) {
            text.append("Try, from this machine:\n");
            switch (uplink.kind()) {
                case CABLE ->
                    text.append(
                            """
                          curl -i http://%1$s/                     redirected to https
                          curl -k https://%1$s/                    each time another server's address
                          http://%1$s:8404/stats                   the statistics page, in your browser
                          curl http://%1$s:8404/metrics            for Prometheus
                        """
                                    .formatted(floating));
                case RELAY -> text.append(relayLines(uplink));
                case NONE ->
                    text.append(
                            "  (another lab has the cable to this machine: use tandem lab exec client -- curl ...)\n");
            }
        } else {
            text.append("Web servers for your configuration (port 80):");
            topology.servers().forEach(server -> text.append(' ').append(server.ip()));
            text.append("\nThe floating address: ").append(floating).append('\n');
        }
        text.append(
                """
                Inside:
                  tandem lab exec client -- curl -sk https://%1$s/
                  tandem lab exec %2$s -- tail -f /var/log/haproxy.log
                  tandem lab exec %2$s -- sh -c 'echo "show info" | socat stdio /run/haproxy/admin.sock'
                  tandem lab exec %2$s -- ip address
                Break things, and keep asking:
                  tandem lab status                                     who has the address
                  tandem lab exec %2$s -- sh -c 'kill -9 $(pgrep java)'   crash
                  tandem lab drill --fault crash --count 20             measures it, in a lab of its own
                """
                        .formatted(floating, first));
        return text.toString();
    }

    private static String relayLines(Uplink uplink) {
        List<Integer> ports = uplink.loopbackPorts();
        return """
                  curl -k https://127.0.0.1:%2$d/            each time another server's address
                  curl -i http://127.0.0.1:%1$d/             redirected to https, on the lab's own port
                  http://127.0.0.1:%3$d/stats                the statistics page, in your browser
                  curl http://127.0.0.1:%3$d/metrics         for Prometheus
                (as an ordinary user: only these ports are carried into the lab; root gets a network cable)
                """
                .formatted(ports.get(0), ports.get(1), ports.get(2));
    }
}
