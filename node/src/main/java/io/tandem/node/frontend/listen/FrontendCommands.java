// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.Frontend.Listening;
import io.tandem.node.observe.EventLog;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Level;
import io.tandem.node.setup.NodeRuntime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code disable|enable|shutdown frontend} (HAProxy management guide 9.3): whether a frontend accepts. Its sessions go on. Lasts
 * until the next reload. On the admin socket's thread.
 */
final class FrontendCommands {
    private final NodeRuntime node;
    private final ListenerFactory factory;

    private FrontendCommands(NodeRuntime node, ListenerFactory factory) {
        this.node = node;
        this.factory = factory;
    }

    static List<Command> of(NodeRuntime node, ListenerFactory factory) {
        FrontendCommands commands = new FrontendCommands(node, factory);
        return List.of(
                command(
                        "disable frontend",
                        "temporarily disable specific frontend",
                        (arguments, answer) -> commands.disable(arguments, answer)),
                command(
                        "enable frontend",
                        "re-enable specific frontend",
                        (arguments, answer) -> commands.enable(arguments, answer)),
                command(
                        "shutdown frontend",
                        "stop a specific frontend",
                        (arguments, answer) -> commands.shutDown(arguments, answer)));
    }

    private static Command command(String name, String doc, Command.Action action) {
        return new Command(name, name + " <frontend>", doc, Level.ADMIN, action);
    }

    /** The frontend named, or null where there is none, which has been said. */
    private @Nullable Frontend named(Command.Arguments arguments, StringBuilder answer) {
        String word = arguments.word(0);
        Optional<Frontend> frontend = word.isEmpty() ? Optional.empty() : factory.frontend(word);
        if (frontend.isEmpty()) {
            answer.append(word.isEmpty() ? "A frontend name is expected.\n" : "No such frontend.\n");
        }
        return frontend.orElse(null);
    }

    private void disable(Command.Arguments arguments, StringBuilder answer) {
        Frontend frontend = named(arguments, answer);
        if (frontend == null) {
            return;
        }
        switch (frontend.listening()) {
            case STOPPED -> answer.append("Frontend was previously shut down, cannot disable.\n");
            case PAUSED -> answer.append("All sockets are already disabled.\n");
            case OPEN -> {
                factory.of(frontend).forEach(Listener::pause);
                frontend.listening(Listening.PAUSED);
                tell(frontend, "Paused frontend " + frontend.name() + ".");
            }
        }
    }

    private void enable(Command.Arguments arguments, StringBuilder answer) {
        Frontend frontend = named(arguments, answer);
        if (frontend == null) {
            return;
        }
        switch (frontend.listening()) {
            case STOPPED -> answer.append("Frontend was previously shut down, cannot enable.\n");
            case OPEN -> answer.append("All sockets are already enabled.\n");
            case PAUSED -> {
                boolean all = true;
                for (Listener listener : factory.of(frontend)) {
                    all &= listener.resume();
                }
                if (!all) {
                    answer.append("Failed to resume frontend, check logs for precise cause (port conflict?).\n");
                    return;
                }
                frontend.listening(Listening.OPEN);
                tell(frontend, "Resumed frontend " + frontend.name() + ".");
            }
        }
    }

    private void shutDown(Command.Arguments arguments, StringBuilder answer) {
        Frontend frontend = named(arguments, answer);
        if (frontend == null) {
            return;
        }
        if (frontend.listening() == Listening.STOPPED) {
            answer.append("Frontend was already shut down.\n");
            return;
        }
        factory.of(frontend).forEach(Listener::close);
        frontend.listening(Listening.STOPPED);
        long connections = frontend.meters().counters().sum(ProxyCounter.CONNECTIONS);
        tell(
                frontend,
                "Proxy " + frontend.name() + " stopped (cumulated conns: FE: " + connections + ", BE: "
                        + ofBackend(frontend) + ").");
    }

    private long ofBackend(Frontend frontend) {
        return node.configuration()
                .backend(frontend.name())
                .map(backend -> backend.meters().counters().sum(ProxyCounter.SESSIONS))
                .orElse(0L);
    }

    private void tell(Frontend frontend, String what) {
        node.events().tell(EventLog.Level.WARNING, frontend.name(), what);
    }
}
