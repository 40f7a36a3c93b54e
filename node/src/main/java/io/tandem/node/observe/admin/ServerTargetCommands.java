// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerAdmin;
import io.tandem.node.backend.ServerNaming;
import io.tandem.node.setup.NodeRuntime;

/** The forms of {@code set server} that say where a server is and how it is reached (HAProxy management guide 9.3). */
final class ServerTargetCommands {
    private static final String USAGE = "usage: set server <backend>/<server> addr | agent | agent-addr | agent-port |"
            + " agent-send | check-addr | check-port | fqdn | health | ssl | state | weight\n";
    private static final String NO_CHECKS = "health checks are not enabled on this server";
    private static final int MOST = 65_535;

    private final ServerAdmin admin;
    private final NodeRuntime node;

    ServerTargetCommands(ServerAdmin admin, NodeRuntime node) {
        this.admin = admin;
        this.node = node;
    }

    void set(Server server, Command.Arguments arguments, StringBuilder answer) {
        String value = arguments.word(2);
        switch (arguments.word(1)) {
            case "addr" -> address(server, arguments, answer);
            case "ssl" -> secure(server, value, answer);
            case "check-addr" -> checkAddress(server, arguments, answer);
            case "check-port" -> checkPort(server, value, answer);
            case "fqdn" -> name(server, value, answer);
            default -> answer.append(USAGE);
        }
    }

    private void address(Server server, Command.Arguments arguments, StringBuilder answer) {
        if (arguments.word(2).isEmpty()) {
            answer.append("set server <b>/<s> addr requires an address and optionally a port.\n");
            return;
        }
        String port = arguments.word(3).equals("port") ? arguments.word(4) : null;
        answer.append(admin.move(server, arguments.word(2), port)).append(" by 'stats socket command'\n");
    }

    private void name(Server server, String host, StringBuilder answer) {
        ServerNaming naming = server.naming();
        if (host.isEmpty()) {
            answer.append("set server <b>/<s> fqdn requires a FQDN.\n");
            return;
        }
        if (naming == null || naming.resolvers() == null) {
            answer.append("set server <b>/<s> fqdn failed because no resolution is configured.\n");
            return;
        }
        String before = server.host();
        if (host.equalsIgnoreCase(before)) {
            answer.append("no need to change the FDQN");
        } else if (node.names().rename(server, host)) {
            answer.append(server).append(" changed its FQDN from ").append(before == null ? "(null)" : before);
            answer.append(" to ").append(host);
        } else {
            answer.append("could not update ").append(server).append(" FQDN");
        }
        answer.append(" by 'stats socket command'\n");
    }

    private void secure(Server server, String word, StringBuilder answer) {
        if (server.description().tls() == null) {
            answer.append("'set server <srv> ssl' cannot be set.  default-server should define ssl settings\n");
        } else if (!word.equals("on") && !word.equals("off")) {
            answer.append("'set server <srv> ssl' expects 'on' or 'off'.\n");
        } else {
            admin.secure(server, word.equals("on"));
            answer.append("server ssl setting updated.\n");
        }
    }

    private void checkAddress(Server server, Command.Arguments arguments, StringBuilder answer) {
        if (server.description().check() == null) {
            answer.append(NO_CHECKS);
        } else if (arguments.word(2).isEmpty()) {
            answer.append("set server <b>/<s> check-addr requires an address and optionally a port.\n");
        } else if (!admin.checkAddress(server, arguments.word(2))) {
            answer.append("invalid addr '").append(arguments.word(2)).append('\'');
        } else if (arguments.word(3).equals("port")) {
            port(server, arguments.word(4), answer);
        }
    }

    private void checkPort(Server server, String word, StringBuilder answer) {
        if (word.isEmpty()) {
            answer.append("set server <b>/<s> check-port requires a port.\n");
        } else if (server.description().check() == null) {
            answer.append(NO_CHECKS);
        } else {
            port(server, word, answer);
        }
    }

    private void port(Server server, String word, StringBuilder answer) {
        if (!word.matches("[0-9]{1,9}")) {
            answer.append("provided port is not an integer");
        } else if (Integer.parseInt(word) > MOST) {
            answer.append("provided port is invalid");
        } else {
            admin.checkPort(server, Integer.parseInt(word));
        }
    }
}
