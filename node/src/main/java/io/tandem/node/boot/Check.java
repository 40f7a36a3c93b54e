// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.cli.CommandLine;
import io.tandem.node.cli.Console;
import io.tandem.node.observe.admin.AdminFeature;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.node.socket.HostName;
import java.util.stream.Stream;

/** {@code -c}: reads and builds a configuration, says what was found, starts nothing. */
final class Check {
    private Check() {}

    /** Answers the exit status: 0 valid, 1 not, 2 valid but nothing would listen. */
    static int run(Loader loader, CommandLine command, Console console) {
        Loaded loaded = loader.read();
        if (loaded.settings().quiet && !command.verbose()) {
            console.quiet(true);
        }
        if (loaded.problems().hasAlerts()) {
            return refuse(loaded, console);
        }
        NodeRuntime node = Nodes.create(loaded.settings().loops(), HostName.orGiven(command.localPeer()));
        Configuration configuration = loader.build(loaded, node, null);
        report(loaded, console);
        warnOfSockets(loaded, command, console);
        if (loaded.problems().hasAlerts()) {
            sayFatal(loaded, console);
            return 1;
        }
        return verdict(configuration, command.warningsAreFatal() || loaded.settings().zeroWarning, console);
    }

    private static int verdict(Configuration configuration, boolean warningsAreFatal, Console console) {
        if (console.warned() && warningsAreFatal) {
            console.alert("config : Some warnings were found and 'zero-warning' is set. Aborting.");
            return 1;
        }
        if (console.warned()) {
            console.print("Warnings were found.");
        }
        if (!listens(configuration)) {
            console.print("Configuration file has no error but will not start (no listener) => exit(2).");
            return 2;
        }
        console.print("Configuration file is valid");
        return 0;
    }

    /** A plain process has no master; the guardian refuses {@code -S} by itself. */
    static void warnOfSockets(Loaded loaded, CommandLine command, Console console) {
        if (!command.masterSockets().isEmpty() && !command.master() && !loaded.settings().master) {
            console.warning("config : a master CLI socket was defined, but master-worker mode (-W) is not enabled.");
        }
    }

    /** Whether anything would listen: a frontend, or just an admin socket. */
    static boolean listens(Configuration configuration) {
        return Stream.concat(configuration.frontends().stream(), configuration.receivers().stream())
                        .anyMatch(frontend -> !frontend.binds().isEmpty())
                || !configuration
                        .drafts()
                        .global()
                        .facet(AdminFeature.SETTINGS)
                        .sockets()
                        .isEmpty();
    }

    /** Says why files that were read cannot be built; answers the exit status. */
    static int refuse(Loaded loaded, Console console) {
        report(loaded, console);
        if (!loaded.gaveUp()) {
            console.alert("config : Fatal errors found in configuration.");
        }
        return 1;
    }

    /** The last word on a configuration that cannot be built; servers that cannot be found have their own. */
    static void sayFatal(Loaded loaded, Console console) {
        boolean unresolved = loaded.problems().all().stream()
                .anyMatch(problem -> problem.text().equals("Failed to initialize server(s) addr."));
        if (!unresolved) {
            console.alert("config : Fatal errors found in configuration.");
        }
    }

    /** Says all problems, in order. */
    static void report(Loaded loaded, Console console) {
        loaded.problems().all().forEach(console::problem);
    }
}
