// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.io.IOException;
import java.io.PrintStream;

/** Tells people what is being done, a line for each step with the time it took. */
public final class Progress {
    private final PrintStream out;

    public Progress(PrintStream out) {
        this.out = out;
    }

    /** Something that may fail. */
    public interface Step<T> {
        T run() throws IOException;
    }

    /** Runs the step and says so, with how long it took. */
    public <T> T step(String what, Step<T> step) throws IOException {
        long start = System.nanoTime();
        try {
            T result = step.run();
            out.printf("  ok    %-58s %5d ms%n", what, (System.nanoTime() - start) / 1_000_000);
            return result;
        } catch (IOException | RuntimeException e) {
            out.printf("  FAIL  %s%n", what);
            throw e;
        }
    }

    public void say(String text) {
        out.println(text);
    }
}
