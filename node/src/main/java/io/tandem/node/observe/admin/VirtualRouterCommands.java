// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import io.tandem.node.setup.NodeRuntime;
import java.util.List;

/**
 * {@code show vrrp} and {@code vrrp …}: what {@code tandem vrrp} does on the node, from the admin socket. The guardian answers;
 * an answer waits until the addresses have moved, which takes milliseconds, or cannot be had, which takes two seconds.
 */
public final class VirtualRouterCommands {
    private static final String NOBODY = "there is no guardian: this proxy runs on its own, without virtual routers\n";

    private final NodeRuntime node;

    private VirtualRouterCommands(NodeRuntime node) {
        this.node = node;
    }

    public static List<Command> of(NodeRuntime node) {
        VirtualRouterCommands commands = new VirtualRouterCommands(node);
        return List.of(
                new Command(
                        "show vrrp",
                        "show vrrp [history] [ROUTER] [--json]",
                        "report virtual routers, links to the peers, alarms (Tandem)",
                        Level.USER,
                        commands::show),
                commands.verb("release", "ROUTER|--all", "give the addresses to a peer and stay backup (Tandem)"),
                commands.verb("take", "ROUTER|--all", "ask the peer that has the addresses for them (Tandem)"),
                commands.verb("drain", "", "give all addresses away until 'vrrp rejoin' (Tandem)"),
                commands.verb("rejoin", "", "take part in elections again (Tandem)"),
                commands.verb("prio", "ROUTER N|auto", "change a priority until 'auto' (Tandem)"));
    }

    private Command verb(String verb, String arguments, String doc) {
        return new Command(
                "vrrp " + verb,
                ("vrrp " + verb + " " + arguments).strip(),
                doc,
                Level.ADMIN,
                (given, answer) -> ask(verb + " " + String.join(" ", given.words()), answer));
    }

    private void show(Command.Arguments arguments, StringBuilder answer) {
        boolean history = arguments.word(0).equals("history");
        ask((history ? "" : "status ") + String.join(" ", arguments.words()), answer);
    }

    /** The first line of the answer is a status for programs. */
    private void ask(String command, StringBuilder answer) {
        String text = node.guardian().ask("vrrp " + command.strip());
        answer.append(text.isEmpty() ? NOBODY : text.substring(text.indexOf('\n') + 1));
    }
}
