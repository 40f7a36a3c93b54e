// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.haproxy.Platform;
import io.tandem.node.cli.CommandLine;
import io.tandem.node.cli.Console;
import io.tandem.node.guardian.GuardianLink;
import java.io.IOException;
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
        try {
            if (command.directory() != null) {
                ThisProgram.restartIn(command.directory(), arguments);
            }
            command.withoutEffect().forEach(option -> console.notice("option '" + option + "' has no effect here."));
            if (command.keywordClasses() != null) {
                console.list(KeywordDump.of(command.keywordClasses()));
                if (command.files().isEmpty()) {
                    return 0;
                }
            }
            return command.task() == CommandLine.Task.CHECK
                    ? Check.run(new Loader(command, platform), command, console)
                    : start(arguments);
        } catch (IOException e) {
            console.alert(String.valueOf(e.getMessage()));
            return 1;
        }
    }

    private int start(String... arguments) throws IOException {
        Loader loader = new Loader(command, platform);
        Loaded loaded = loader.read();
        ProcessSettings settings = loaded.settings();
        if (settings.quiet && !command.verbose()) {
            console.quiet(true);
        }
        if (loaded.problems().hasAlerts()) {
            return Check.refuse(loaded, console);
        }
        boolean guarded = System.getenv(GuardianLink.ENVIRONMENT) != null;
        if ((command.master() || settings.master) && !guarded) {
            ThisProgram.becomeMaster(console.program(), command.master(), arguments);
        }
        if (command.background(settings.daemon) && !guarded && !Daemon.isChild()) {
            return Daemon.start();
        }
        Check.warnOfSockets(loaded, command, console);
        return new ProxyProcess(command, loader, console, settings).run(loaded);
    }
}
