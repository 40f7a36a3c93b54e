// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerAdmin;

/** {@code set server … agent*}, {@code enable agent} and {@code disable agent} (HAProxy management guide 9.3). */
final class AgentCommands {
    private static final String NO_AGENT = "agent checks are not enabled on this server";
    private static final int MOST = 65_535;

    private final ServerAdmin admin;

    AgentCommands(ServerAdmin admin) {
        this.admin = admin;
    }

    /** {@code set server}, its second word one of {@code agent}, {@code agent-addr}, {@code agent-port}, {@code agent-send}. */
    void set(Backend backend, Server server, Command.Arguments arguments, StringBuilder answer) {
        String what = arguments.word(1);
        String value = arguments.word(2);
        if (value.isEmpty() && what.equals("agent-addr")) {
            answer.append("set server <b>/<s> agent-addr requires an address and optionally a port.\n");
            return;
        }
        if (server.description().agent() == null) {
            boolean sentence = what.equals("agent") || what.equals("agent-send");
            answer.append(NO_AGENT).append(sentence ? ".\n" : "");
            return;
        }
        switch (what) {
            case "agent" -> force(backend, server, value, answer);
            case "agent-addr" -> address(server, arguments, answer);
            case "agent-port" -> port(server, value, answer);
            default -> admin.agentQuestion(server, value);
        }
    }

    private void force(Backend backend, Server server, String value, StringBuilder answer) {
        switch (value) {
            case "up" -> admin.agentUp(backend, server);
            case "down" -> admin.agentDown(backend, server);
            default -> answer.append("'set server <srv> agent' expects 'up' or 'down'.\n");
        }
    }

    private void address(Server server, Command.Arguments arguments, StringBuilder answer) {
        String address = arguments.word(2);
        if (!admin.agentAddress(server, address)) {
            answer.append("invalid addr '").append(address).append('\'');
        } else if (arguments.word(3).equals("port")) {
            port(server, arguments.word(4), answer);
        }
    }

    private void port(Server server, String word, StringBuilder answer) {
        if (word.isEmpty()) {
            answer.append("set server <b>/<s> agent-port requires a port.\n");
        } else if (!word.matches("[0-9]{1,9}")) {
            answer.append("provided port is not an integer");
        } else if (Integer.parseInt(word) > MOST) {
            answer.append("provided port is invalid");
        } else {
            admin.agentPort(server, Integer.parseInt(word));
        }
    }

    void enable(Server server, StringBuilder answer) {
        if (server.description().agent() == null) {
            answer.append("Agent was not configured on this server, cannot enable.\n");
        } else {
            admin.agent(server, true);
        }
    }

    void disable(Server server) {
        admin.agent(server, false);
    }
}
