// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.CheckReport;
import java.util.function.Consumer;

/** What is checked again and again, and what follows from it. Used by one event loop. */
interface Round {
    /** One check under way. */
    interface Running {
        /** Ends it without a report. */
        void cancel();

        boolean isDone();
    }

    /** Begins a check; {@code report} is called once, on the loop. */
    Running start(Consumer<CheckReport> report);

    /** Draws the consequences. */
    void on(CheckReport report);

    /** Whether there is nothing to check now. */
    boolean isPaused();

    /** Time to the next check, milliseconds. */
    int intervalMs();

    /** When the next check is due, {@code System.nanoTime}; 0 where none has been begun yet. Outlives a reload. */
    long dueNs();

    void due(long atNs);
}
