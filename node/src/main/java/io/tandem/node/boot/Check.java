// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.text.Problem;
import io.tandem.node.cli.CommandLine;
import io.tandem.node.cli.Console;
import io.tandem.node.observe.EventLog;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import io.tandem.peers.table.Tables;
import java.util.List;

/** {@code -c}: reads and builds a configuration, says what was found, starts nothing. */
final class Check {
    private Check() {}

    /** Answers the exit status: 0 valid, 1 not, 2 valid but nothing would listen. */
    static int run(Loader loader, CommandLine command, Console console) {
        Loaded loaded = loader.read();
        if (loaded.settings().quiet && !command.verbose()) {
            console.quiet(true);
        }
        int reported = report(loaded.problems().all(), 0, console);
        if (loaded.problems().hasAlerts()) {
            if (!loaded.gaveUp()) {
                console.alert("config : Fatal errors found in configuration.");
            }
            return 1;
        }
        int loops = loaded.settings().loops();
        NodeRuntime node = new NodeRuntime(
                loops, HostName.orGiven(null), System.currentTimeMillis(), new EventLog(), new Tables(0, 0));
        Configuration configuration = loader.build(loaded, node, null);
        report(loaded.problems().all(), reported, console);
        if (loaded.problems().hasAlerts()) {
            console.alert("config : Fatal errors found in configuration.");
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
        if (configuration.frontends().stream()
                .allMatch(frontend -> frontend.binds().isEmpty())) {
            console.print("Configuration file has no error but will not start (no listener) => exit(2).");
            return 2;
        }
        console.print("Configuration file is valid");
        return 0;
    }

    /** Says the problems from index {@code from} on; answers how many there are. */
    static int report(List<Problem> problems, int from, Console console) {
        problems.subList(from, problems.size()).forEach(console::problem);
        return problems.size();
    }
}
