// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.testkit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition, with a deadline that only what hangs should reach. */
public final class Await {
    private static final long PATIENCE_S = 60;
    private static final long BETWEEN_NS = 5_000_000;

    /** What is waited for; an exception ends the waiting. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    private Await() {}

    /** @param what for the message if it does not come */
    public static void until(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.holds()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new AssertionError("not within " + PATIENCE_S + " s: " + what);
            }
            LockSupport.parkNanos(BETWEEN_NS);
        }
    }
}
