// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static io.tandem.vrrp.netlink.Libc.C;

import java.util.concurrent.BlockingQueue;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** Turns signals into wishes for the main thread (management manual 4). */
final class Signals {
    private Signals() {}

    /** SIGINT and SIGTERM end the process at once and by themselves; the others are put into {@code wishes}. */
    static void install(BlockingQueue<Wish> wishes) {
        dieOf("INT");
        dieOf("TERM");
        Signal.handle(new Signal("USR1"), signal -> wishes.add(Wish.stop()));
        Signal.handle(new Signal("USR2"), signal -> wishes.add(Wish.reload()));
        Signal.handle(new Signal("HUP"), signal -> wishes.add(Wish.dump()));
        Signal.handle(new Signal("PIPE"), SignalHandler.SIG_IGN);
    }

    /**
     * Lets the process die of the signal: a supervisor that asks for "0 or killed by the signal I sent" would take the exit
     * code that a Java runtime makes of it for a failure.
     */
    private static void dieOf(String name) {
        Signal.handle(new Signal(name), signal -> {
            Signal.handle(signal, SignalHandler.SIG_DFL);
            C.kill(C.getpid(), signal.getNumber());
        });
    }
}
