// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.Arguments;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Level;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.node.setup.RateLimit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Limits that operators change while it runs (HAProxy management guide 9.3, {@code set maxconn}, {@code set rate-limit}).
 * They last until the next reload. Numbers are read as HAProxy reads them: as far as there are digits. On the admin socket's
 * thread.
 */
final class LimitCommands {
    private static final String RATES = "'set rate-limit' only supports :\n"
            + "   - 'connections global' to set the per-process maximum connection rate\n"
            + "   - 'sessions global' to set the per-process maximum session rate\n"
            + "   - 'ssl-sessions global' to set the per-process maximum SSL session rate\n"
            + "   - 'http-compression global' to set the per-process maximum compression speed in kB/s\n";

    private final NodeRuntime node;
    private final ListenerFactory factory;

    private LimitCommands(NodeRuntime node, ListenerFactory factory) {
        this.node = node;
        this.factory = factory;
    }

    static List<Command> of(NodeRuntime node, ListenerFactory factory) {
        LimitCommands commands = new LimitCommands(node, factory);
        return List.of(
                new Command(
                        "set maxconn global",
                        "set maxconn global <value>",
                        "change the per-process maxconn setting",
                        Level.ADMIN,
                        commands::process),
                new Command(
                        "set maxconn frontend",
                        "set maxconn frontend <frontend> <value>",
                        "change a frontend's maxconn setting",
                        Level.ADMIN,
                        commands::frontend),
                new Command(
                        "set rate-limit",
                        "set rate-limit <setting> <value>",
                        "change a rate limiting value",
                        Level.ADMIN,
                        commands::rate));
    }

    private void process(Command.Arguments arguments, StringBuilder answer) {
        if (arguments.word(0).isEmpty()) {
            answer.append("Expects an integer value.\n");
            return;
        }
        int most = Arguments.leadingInteger(arguments.word(0));
        if (most > node.hardMaxConnections()) {
            answer.append("Value out of range.\n");
            return;
        }
        node.maxConnections(most);
        factory.processLimitChanged();
    }

    private void frontend(Command.Arguments arguments, StringBuilder answer) {
        if (arguments.word(0).isEmpty()) {
            answer.append("A frontend name is expected.\n");
            return;
        }
        Optional<Frontend> frontend = factory.frontend(arguments.word(0));
        if (frontend.isEmpty()) {
            answer.append("No such frontend.\n");
        } else if (arguments.word(1).isEmpty()) {
            answer.append("Integer value expected.\n");
        } else {
            int most = Arguments.leadingInteger(arguments.word(1));
            if (most < 0) {
                answer.append("Value out of range.\n");
                return;
            }
            frontend.get().maxConnections(most == 0 ? -1 : most);
            factory.limitChanged(frontend.get());
        }
    }

    private void rate(Command.Arguments arguments, StringBuilder answer) {
        boolean compression = arguments.word(0).equals("http-compression");
        RateLimit limit = limit(arguments.word(0));
        if ((limit == null && !compression) || !arguments.word(1).equals("global")) {
            answer.append(RATES);
        } else if (arguments.word(2).isEmpty()) {
            answer.append("Expects an integer value.\n");
        } else if (Arguments.leadingInteger(arguments.word(2)) < 0) {
            answer.append("Value out of range.\n");
        } else if (limit == null) {
            node.compression().bytesPerSecond(Arguments.leadingInteger(arguments.word(2)) * 1024L);
        } else {
            limit.perSecond(Arguments.leadingInteger(arguments.word(2)));
        }
    }

    private @Nullable RateLimit limit(String name) {
        return switch (name) {
            case "connections" -> node.connectionLimit();
            case "sessions" -> node.sessionLimit();
            case "ssl-sessions" -> node.tlsLimit();
            default -> null;
        };
    }
}
