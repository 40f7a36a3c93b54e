// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import io.tandem.node.backend.CheckReport;
import io.tandem.node.backend.CheckSettings;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import java.net.InetSocketAddress;

/** A server's state in the words of the statistics. */
public final class ServerStatus {
    private ServerStatus() {}

    /** {@code UP}, {@code DOWN 1/2}, {@code MAINT}, {@code DRAIN}, {@code no check}, … */
    static String of(Server server) {
        ServerState state = server.state();
        if (state.maintenance()) {
            return state.unresolved() ? "MAINT (resolution)" : "MAINT";
        }
        CheckSettings check = server.description().check();
        if (check == null) {
            return state.draining() ? "DRAIN" : "no check";
        }
        return switch (state.health()) {
            case DOWN -> "DOWN";
            case GOING_UP -> "DOWN " + state.healthPoints() + "/" + check.rise();
            case GOING_DOWN ->
                (state.draining() ? "DRAIN " : "UP ") + (state.healthPoints() - check.rise() + 1) + "/" + check.fall();
            case UP -> state.draining() ? "DRAIN" : "UP";
        };
    }

    /** The address and port, IPv6 in brackets. */
    static String address(Server server) {
        return host(server) + ":" + server.description().address().getPort();
    }

    private static String host(Server server) {
        String host = bareHost(server);
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    /** The address alone. */
    public static String bareHost(Server server) {
        InetSocketAddress address = server.description().address();
        return address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
    }

    /** The last health check's result. */
    static void check(Row row, Server server) {
        CheckSettings settings = server.description().check();
        if (settings == null) {
            return;
        }
        row.set("check_rise", settings.rise());
        row.set("check_fall", settings.fall());
        row.set("check_health", server.state().healthPoints());
        CheckReport report = server.state().lastCheck();
        if (server.state().maintenance() || report.durationMs() < 0) {
            return; // nothing is known yet, or any more
        }
        row.set("check_status", report.status().name());
        row.set("check_desc", report.status().text());
        row.set("check_duration", report.durationMs());
        row.set("last_chk", report.info());
        if (report.status().hasCode() && report.code() > 0) {
            row.set("check_code", report.code());
        }
    }
}
