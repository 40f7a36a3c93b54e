// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.haproxy.Platform;
import io.tandem.node.cli.CommandLine;
import io.tandem.node.cli.Console;
import java.util.List;

/** What a command line that names files comes to: a check, or a proxy that runs until it is stopped. */
public final class Program {
    private final CommandLine command;
    private final Platform platform;
    private final Console console;

    public Program(CommandLine command, Platform platform, Console console) {
        this.command = command;
        this.platform = platform;
        this.console = console;
    }

    /** The services that answer inside the proxy, for {@code -vv}. */
    public static List<String> services() {
        return List.of("prometheus-exporter");
    }

    /**
     * Answers the exit status when all is over.
     *
     * @param arguments the whole command line, for a process that replaces this one
     */
    public int run(String... arguments) {
        Loader loader = new Loader(command, platform);
        if (command.task() == CommandLine.Task.CHECK) {
            return Check.run(loader, command, console);
        }
        return 1;
    }
}
