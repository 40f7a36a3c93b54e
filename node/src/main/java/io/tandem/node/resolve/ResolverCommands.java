// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Level;
import io.tandem.node.setup.NodeRuntime;
import java.util.List;

/** What operators ask of resolvers sections (HAProxy management guide 9.3). On the admin socket's thread. */
public final class ResolverCommands {
    private ResolverCommands() {}

    public static List<Command> of(NodeRuntime node) {
        return List.of(new Command(
                "show resolvers",
                "show resolvers [id]",
                "dumps counters from all resolvers section and associated name servers",
                Level.USER,
                (arguments, answer) -> show(node, arguments.size() > 0 ? arguments.word(0) : "", answer)));
    }

    private static void show(NodeRuntime node, String wanted, StringBuilder answer) {
        boolean found = wanted.isEmpty();
        for (Resolvers section : ResolversLines.of(node.configuration())) {
            if (wanted.isEmpty() || section.name().equals(wanted)) {
                found = true;
                show(section, answer);
            }
        }
        if (!found) {
            answer.append("Can't find that resolvers section\n");
        }
    }

    private static void show(Resolvers section, StringBuilder answer) {
        answer.append("Resolvers section ").append(section.name()).append('\n');
        for (Nameserver server : section.nameservers()) {
            answer.append(" nameserver ").append(server.settings().name()).append(":\n");
            for (NameserverCounter counter : NameserverCounter.values()) {
                String label = counter.word() + ":";
                answer.append("  ").append(label).append(" ".repeat(13 - label.length()));
                answer.append(server.counters().get(counter)).append('\n');
            }
        }
    }
}
