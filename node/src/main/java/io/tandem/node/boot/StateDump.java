// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.observe.Meters;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.setup.Configuration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What SIGHUP makes a plain process say: the state of every proxy and server, one line each. */
final class StateDump {
    private StateDump() {}

    static List<String> of(Configuration configuration) {
        List<String> lines = new ArrayList<>();
        lines.add("SIGHUP received, dumping servers states.");
        for (Frontend frontend : configuration.frontends()) {
            if (configuration.backend(frontend.name()).isEmpty()) {
                lines.add("SIGHUP: Proxy " + frontend.name() + " has no servers. " + load(frontend.meters(), null));
            }
        }
        for (Backend backend : configuration.backends()) {
            for (Server server : backend.servers()) {
                lines.add(line(backend, server));
            }
            lines.add(line(backend));
        }
        return lines;
    }

    private static String line(Backend backend, Server server) {
        Meters meters = server.state().meters();
        return "SIGHUP: Server " + backend.name() + "/" + server.name() + " is "
                + (server.state().isRunning() ? "UP" : "DOWN") + ". Conn: " + meters.current() + " act, 0 pend, "
                + meters.counters().sum(ProxyCounter.SESSIONS) + " tot.";
    }

    private static String line(Backend backend) {
        if (backend.servers().isEmpty()) {
            return "SIGHUP: Proxy " + backend.name() + " has no servers. " + load(null, backend.meters());
        }
        return backend.usableServers() == 0
                ? "SIGHUP: Proxy " + backend.name() + " has no server available ! " + load(null, backend.meters())
                : "SIGHUP: Proxy " + backend.name() + " has " + backend.usableServers() + " usable servers. "
                        + load(null, backend.meters());
    }

    private static String load(@Nullable Meters frontend, @Nullable Meters backend) {
        return "Conn: act(FE+BE): " + current(frontend) + "+" + current(backend) + ", 0 pend (0 unass), tot(FE+BE): "
                + total(frontend) + "+" + total(backend) + ".";
    }

    private static int current(@Nullable Meters meters) {
        return meters == null ? 0 : meters.current();
    }

    private static long total(@Nullable Meters meters) {
        return meters == null ? 0 : meters.counters().sum(ProxyCounter.SESSIONS);
    }
}
