// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import io.tandem.packaging.lab.drill.Fault;
import java.util.List;

/** What the command line asks for. */
public sealed interface LabCommand {
    /** Builds a lab and keeps it until told to stop. */
    record Up(LabOptions options) implements LabCommand {}

    /** Runs a command in a host of the running lab. */
    record Exec(String host, List<String> command) implements LabCommand {
        public Exec {
            command = List.copyOf(command);
        }
    }

    /** Describes the running lab. */
    record Status() implements LabCommand {}

    /** Ends the running lab. */
    record Stop() implements LabCommand {}

    /** Prints the usage. */
    record Help() implements LabCommand {}

    /**
     * Builds a lab of its own and rehearses a failure.
     *
     * @param faults one after the other, in the same lab
     * @param count trials of each, at least 1
     * @param json whether the last lines are JSON objects, one for each fault
     * @param ratePerSecond requests of the load, at least 1
     */
    record Drill(LabOptions options, List<Fault> faults, int count, boolean json, int ratePerSecond)
            implements LabCommand {
        public Drill {
            faults = List.copyOf(faults);
        }
    }
}
