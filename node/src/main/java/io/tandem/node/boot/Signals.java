// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.vrrp.netlink.Libc.C;

import io.tandem.node.guardian.ProcessSignals;
import java.util.Queue;

/** Turns signals into wishes for the main thread (management manual 4). */
final class Signals {
    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;
    private static final long DEFAULT_ACTION = 0;

    private Signals() {}

    /** SIGINT and SIGTERM end the process at once and by themselves; the others are put into {@code wishes}. */
    static void install(Queue<Wish> wishes) {
        // A runtime leaves signals alone that it inherited as ignored, as background jobs of scripts do SIGINT.
        C.signal(SIGINT, DEFAULT_ACTION);
        C.signal(SIGTERM, DEFAULT_ACTION);
        handle("INT", () -> dieOf(SIGINT));
        handle("TERM", () -> dieOf(SIGTERM));
        handle("USR1", () -> wishes.add(Wish.stop()));
        handle("USR2", () -> wishes.add(Wish.reload()));
        handle("HUP", () -> wishes.add(Wish.dump()));
    }

    /**
     * Lets the process die of the signal: a supervisor that asks for "0 or killed by the signal I sent" would take the exit
     * code that a Java runtime makes of it for a failure.
     */
    private static void dieOf(int signal) {
        C.signal(signal, DEFAULT_ACTION);
        C.kill(C.getpid(), signal);
    }

    private static void handle(String name, Runnable action) {
        if (!ProcessSignals.handle(name, action)) {
            throw new IllegalStateException("SIG" + name + " cannot be handled; the launcher sets _JAVA_SR_SIGNUM=40");
        }
    }
}
