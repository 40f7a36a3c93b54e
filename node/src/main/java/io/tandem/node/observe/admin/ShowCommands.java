// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import io.tandem.node.observe.stats.Forms;
import io.tandem.node.observe.stats.JsonForm;
import io.tandem.node.observe.stats.ProcessFacts;
import io.tandem.node.observe.stats.Row;
import io.tandem.node.observe.stats.Statistics;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands that only look: {@code show info}, {@code show stat}, {@code show peers} and their like. */
public final class ShowCommands {
    private final NodeRuntime node;

    private ShowCommands(NodeRuntime node) {
        this.node = node;
    }

    public static List<Command> of(NodeRuntime node) {
        ShowCommands commands = new ShowCommands(node);
        return List.of(
                new Command(
                        "show info",
                        "show info [desc|json|typed|float]*",
                        "report information about the running process",
                        Level.USER,
                        commands::info),
                new Command(
                        "show stat",
                        "show stat [desc|json|no-maint|typed|up]*",
                        "report counters for each proxy and server",
                        Level.USER,
                        commands::stat),
                new Command(
                        "show schema json",
                        "show schema json",
                        "report schema used for stats",
                        Level.USER,
                        (arguments, answer) -> answer.append(JsonForm.schema())),
                new Command(
                        "show version",
                        "show version",
                        "show version of the current process",
                        Level.USER,
                        (arguments, answer) ->
                                answer.append(NodeRuntime.VERSION).append('\n')),
                new Command(
                        "show backend",
                        "show backend",
                        "list backends in the current running config",
                        Level.USER,
                        commands::backends),
                new Command(
                        "show peers",
                        "show peers [dict|-] [section]",
                        "dump some information about all the peers or this peers section",
                        Level.OPERATOR,
                        (arguments, answer) -> answer.append(node.peers().show())));
    }

    private void info(Command.Arguments arguments, StringBuilder answer) {
        boolean typed = false;
        boolean describe = false;
        boolean json = false;
        for (String word : arguments.words()) {
            switch (word) {
                case "typed" -> typed = true;
                case "json" -> json = true;
                case "desc" -> describe = true;
                case "float" -> {} // every number here is a whole one
                default -> {
                    answer.append("'show info ").append(word).append("' is not supported by this version of tandem\n");
                    return;
                }
            }
        }
        List<ProcessFacts.Fact> facts = ProcessFacts.of(node, System.currentTimeMillis());
        if (json) {
            JsonForm.facts(facts, answer);
            answer.append('\n');
            return;
        }
        for (ProcessFacts.Fact fact : facts) {
            if (typed) {
                answer.append(fact.position()).append('.').append(fact.name()).append(".1:");
                answer.append(fact.tags())
                        .append(':')
                        .append(fact.type())
                        .append(':')
                        .append(fact.value());
            } else {
                answer.append(fact.name()).append(": ").append(fact.value());
            }
            if (describe) {
                answer.append(":\"").append(fact.doc()).append('"');
            }
            answer.append('\n');
        }
    }

    private void stat(Command.Arguments arguments, StringBuilder answer) {
        boolean typed = false;
        boolean describe = false;
        boolean noMaintenance = false;
        boolean onlyUp = false;
        boolean json = false;
        int at = 0;
        @Nullable Filter filter = Filter.parse(arguments, node.configuration());
        if (filter != null) {
            at = 3;
        }
        for (; at < arguments.size(); at++) {
            String word = arguments.word(at);
            switch (word) {
                case "typed" -> typed = true;
                case "json" -> json = true;
                case "desc" -> describe = true;
                case "no-maint" -> noMaintenance = true;
                case "up" -> onlyUp = true;
                default -> {
                    answer.append("'show stat ").append(word).append("' is not supported by this version of tandem\n");
                    return;
                }
            }
        }
        boolean dropMaintenance = noMaintenance;
        boolean dropDown = onlyUp;
        List<Row> rows = Statistics.rows(node.configuration(), System.currentTimeMillis()).stream()
                .filter(row -> filter == null || filter.accepts(row))
                .filter(row -> !dropMaintenance || !row.text("status").startsWith("MAINT"))
                .filter(row -> !dropDown
                        || row.kind() != Row.Kind.SERVER
                        || row.text("status").startsWith("UP"))
                .toList();
        if (json) {
            JsonForm.rows(rows, answer);
            answer.append('\n');
        } else if (typed) {
            Forms.typed(rows, describe, answer);
        } else {
            Forms.csv(rows, answer);
        }
    }

    /** {@code show stat <proxy id or name, -1 all> <type mask> <server id, -1 all>}. */
    private record Filter(int proxyId, int types, int serviceId) {
        static @Nullable Filter parse(Command.Arguments arguments, Configuration configuration) {
            if (arguments.size() < 3) {
                return null;
            }
            try {
                int types = Integer.parseInt(arguments.word(1));
                int service = Integer.parseInt(arguments.word(2));
                return new Filter(proxy(arguments.word(0), configuration), types, service);
            } catch (NumberFormatException notAFilter) {
                return null;
            }
        }

        private static int proxy(String word, Configuration configuration) {
            var frontend = configuration.frontend(word);
            if (frontend.isPresent()) {
                return frontend.get().id();
            }
            var backend = configuration.backend(word);
            return backend.isPresent() ? backend.get().id() : Integer.parseInt(word);
        }

        boolean accepts(Row row) {
            int bit =
                    switch (row.kind()) {
                        case FRONTEND -> 1;
                        case BACKEND -> 2;
                        case SERVER -> 4;
                        case LISTENER -> 8;
                    };
            return (proxyId == -1 || proxyId == row.proxyId())
                    && (types == -1 || (types & bit) != 0)
                    && (serviceId == -1 || serviceId == row.serviceId());
        }
    }

    private void backends(Command.Arguments arguments, StringBuilder answer) {
        answer.append("# name\n");
        node.configuration().backends().forEach(b -> answer.append(b.name()).append('\n'));
    }
}
