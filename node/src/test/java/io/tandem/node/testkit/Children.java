// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.testkit;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Processes that tests have started: none of them outlives this JVM. */
public final class Children {
    private static final long PATIENCE_S = 10;
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    private Children() {}

    /** Takes note of a process that was just started, and hands it back. */
    public static Process with(Process process) {
        RUNNING.add(process);
        return process;
    }

    /** Ends a process at once and waits until it has gone. */
    public static void end(Process process) {
        process.destroyForcibly();
        RUNNING.remove(process);
        try {
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                throw new IllegalStateException(process + " cannot be ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
