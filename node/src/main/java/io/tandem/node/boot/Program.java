// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.haproxy.Platform;
import io.tandem.node.cli.CommandLine;
import io.tandem.node.cli.Console;
import io.tandem.node.guardian.GuardianLink;
import io.tandem.node.language.HeapRoom;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a command line that names files comes to: a check, or a proxy that runs until it is stopped. */
public final class Program {
    private final CommandLine command;
    private final Platform platform;
    private final Console console;
    private @Nullable ProxyProcess process;

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
            if (command.task() == CommandLine.Task.CHECK) {
                return Check.run(new Loader(command, platform), command, console);
            }
            int status = start(arguments);
            return process == null
                    ? status
                    : process.run(); // what was loaded first must not live as long as the process
        } catch (IOException e) {
            console.alert(String.valueOf(e.getMessage()));
            return 1;
        } catch (HeapRoom.Exhausted exhausted) {
            console.alert("config : " + exhausted.getMessage());
            return 1;
        }
    }

    /** Loads, and starts {@link #process}; where that is not what comes of it, it stays null, and the exit status is answered. */
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
        ProxyProcess opened = new ProxyProcess(command, loader, console, settings);
        if (!opened.start(loaded)) {
            return 1;
        }
        process = opened;
        return 0;
    }
}
