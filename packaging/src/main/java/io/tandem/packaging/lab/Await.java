// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.io.IOException;
import java.time.Duration;

/** Waits for conditions, with a deadline. */
public final class Await {
    private static final long POLL_MS = 10;

    private Await() {}

    /** A question about the lab. */
    public interface Condition {
        boolean holds() throws IOException;
    }

    /**
     * Waits until the condition holds; an exception counts as not yet.
     *
     * @param what for the message: what is waited for
     * @throws IOException when the time is over, with the last exception as its cause
     */
    public static void until(String what, Duration atMost, Condition condition) throws IOException {
        long deadlineNs = System.nanoTime() + atMost.toNanos();
        IOException last = null;
        while (System.nanoTime() - deadlineNs < 0) {
            try {
                if (condition.holds()) {
                    return;
                }
                last = null;
            } catch (IOException notYet) {
                last = notYet;
            }
            try {
                Thread.sleep(POLL_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for: " + what, e);
            }
        }
        throw new IOException(
                "waited " + atMost.toSeconds() + " s for: " + what
                        + (last == null ? "" : " (" + last.getMessage() + ")"),
                last);
    }
}
