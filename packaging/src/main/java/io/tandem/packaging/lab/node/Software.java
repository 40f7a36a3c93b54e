// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.node;

import io.tandem.packaging.lab.host.Host;
import io.tandem.packaging.lab.host.RunningProgram;
import java.io.IOException;
import java.util.List;

/** What runs on a node: the files it needs, how it starts, and which process is which. */
public interface Software {
    /** A program of the node and the file in /var/log that gets its output. */
    record Program(List<String> command, String logName) {
        public Program {
            command = List.copyOf(command);
        }
    }

    /** Writes the configuration into the host. */
    void install(Host host) throws IOException;

    /** What to start, in order; each keeps running in the foreground. */
    List<Program> programs();

    /** Whether its parts know of each other and of the other nodes, as far as it can tell. */
    boolean isSettled(Host host) throws IOException;

    /** What its own status command says; empty if it has none. */
    String status(Host host) throws IOException;

    /** Gives the addresses away by an operator's word, until {@link #rejoin}. */
    default void drain(Host host) throws IOException {
        throw new IOException("this software has no word for it");
    }

    /** Takes part again. */
    default void rejoin(Host host) throws IOException {}

    /** Whether this process holds the virtual address. */
    boolean isGuardian(RunningProgram program);

    /** Whether this process serves clients. */
    boolean isProxy(RunningProgram program);
}
