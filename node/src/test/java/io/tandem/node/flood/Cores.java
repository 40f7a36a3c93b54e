// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.flood;

import java.io.IOException;
import java.util.List;

/**
 * Which core what runs on while floods are measured: the program by itself on one, as in {@code packaging/bench}, flood and
 * hostile servers on the other, and there before them whoever measures. A client that waits behind the flood for its core says
 * nothing of the program; on a network it has a machine of its own.
 */
final class Cores {
    private static final boolean APART = Flood.SECONDS >= Flood.MEASURED_SECONDS;

    private Cores() {}

    /** What goes in front of the program's command. */
    static List<String> ofProgram() {
        return APART ? List.of("taskset", "-c", "0") : List.of();
    }

    /** What goes in front of the command of whoever measures: real-time priority, which only root may ask for. */
    static List<String> ofOnlookers() {
        return APART ? List.of("chrt", "-f", "1", "taskset", "-c", "1") : List.of();
    }

    /** Leaves the program's core to it. */
    static void leave() throws IOException, InterruptedException {
        if (APART) {
            String self = String.valueOf(ProcessHandle.current().pid());
            new ProcessBuilder("taskset", "-a", "-c", "-p", "1", self)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
    }
}
