// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.node.cli.CommandLine;
import java.util.List;

/** The processes this one replaces: told to go once everything is bound ({@code -sf}, {@code -st}). */
final class OldProcesses {
    private static final int SIGUSR1 = 10;
    private static final int SIGTERM = 15;

    private OldProcesses() {}

    static void dismiss(CommandLine command) {
        tell(command.softStop(), SIGUSR1);
        tell(command.hardStop(), SIGTERM);
    }

    /** One that has gone already is no mistake. */
    private static void tell(List<Integer> pids, int signal) {
        for (int pid : pids) {
            if (pid != C.getpid()) {
                C.kill(pid, signal);
            }
        }
    }
}
