// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.stats;

import io.tandem.node.backend.CheckReport;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerState;
import io.tandem.node.socket.Endpoints;
import java.net.InetSocketAddress;

/** A server's state in the words of the statistics. */
public final class ServerStatus {
    private ServerStatus() {}

    /** {@code UP}, {@code UP 1/3}, {@code DOWN}, {@code MAINT}, {@code DRAIN}, {@code NOLB}, {@code no check}. */
    static String of(Server server) {
        ServerState state = server.state();
        if (state.maintenance()) {
            return state.admin().unresolved()
                    ? "MAINT (resolution)"
                    : state.admin().inheritedMaintenance()
                            ? "MAINT (via " + server.description().follows() + ")"
                            : "MAINT";
        }
        boolean asked = isAsked(server);
        if (asked && state.draining() && state.isRunning()) {
            return "DRAIN (agent)";
        }
        if (asked && state.agentPoints() == 0 && !state.health().isUp()) {
            return "DOWN (agent)";
        }
        if (!isChecked(server) && server.description().follows() == null && state.isRunning()) {
            return state.draining() ? "DRAIN" : "no check";
        }
        int points = state.healthPoints();
        return switch (state.health()) {
            case DOWN -> "DOWN";
            case GOING_UP -> "DOWN " + points + "/" + state.rise();
            case STOPPING ->
                points - state.rise() + 1 >= state.fall()
                        ? "NOLB"
                        : "NOLB " + (points - state.rise() + 1) + "/" + state.fall();
            case GOING_DOWN, UP -> {
                String fraction = points - state.rise() + 1 == state.fall()
                        ? ""
                        : " " + (points - state.rise() + 1) + "/" + state.fall();
                yield (state.draining() ? "DRAIN" : "UP") + fraction;
            }
        };
    }

    private static boolean isChecked(Server server) {
        return server.description().check() != null && server.state().checks().isEnabled();
    }

    private static boolean isAsked(Server server) {
        return server.description().agent() != null && server.state().agent().isEnabled();
    }

    /** The address and port, IPv6 in brackets. */
    static String address(Server server) {
        return server.address().getAddress() == null
                ? ""
                : host(server) + ":" + server.address().getPort();
    }

    private static String host(Server server) {
        String host = bareHost(server);
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    /** The address alone. */
    public static String bareHost(Server server) {
        InetSocketAddress address = server.address();
        return address.getAddress() == null ? address.getHostString() : Endpoints.text(address.getAddress());
    }

    /** The last health check's result. */
    static void check(Row row, Server server) {
        ServerState state = server.state();
        CheckReport report = state.checks().last();
        if (server.description().follows() != null) {
            row.set("tracked", server.description().follows());
        }
        if (!isChecked(server)) {
            return;
        }
        if (state.observer() != null) {
            row.set("hanafail", state.checks().observed());
        }
        row.set("chkfail", state.checks().failed());
        row.set("chkdown", state.downtime().downs());
        if (state.maintenance()) {
            return; // nothing is known any more
        }
        row.set("check_rise", state.rise());
        row.set("check_fall", state.fall());
        row.set("check_health", state.healthPoints());
        row.set("check_status", report.status().name());
        row.set("check_desc", report.status().text());
        if (report.durationMs() >= 0) {
            row.set("check_duration", report.durationMs());
        }
        row.set("last_chk", report.info());
        if (report.status().hasCode()) {
            row.set("check_code", report.code());
        }
    }

    /** What its agent has said last. */
    static void agent(Row row, Server server) {
        ServerState state = server.state();
        if (!isAsked(server)) {
            return;
        }
        CheckReport report = state.agent().last();
        row.set("agent_rise", 1);
        row.set("agent_fall", 1);
        row.set("agent_health", state.agentPoints());
        row.set("agent_status", report.status().name());
        row.set("agent_desc", report.status().text());
        if (report.durationMs() >= 0) {
            row.set("agent_duration", report.durationMs());
        }
        row.set("last_agt", report.info());
        if (report.status().hasCode()) {
            row.set("agent_code", report.code());
        }
    }
}
