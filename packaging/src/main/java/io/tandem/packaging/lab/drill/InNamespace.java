// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import io.tandem.packaging.lab.host.Host;
import java.io.IOException;

/** Threads that live in a host's network namespace. */
final class InNamespace {
    private InNamespace() {}

    /** A thread's work; an exception ends the program, since nothing measured after it would be true. */
    interface Work {
        void run() throws IOException;
    }

    static void startThread(Host host, String name, Work work) throws IOException {
        // Started from the namespace's own thread, so that it is inherited.
        host.network().run(() -> {
            Thread thread = new Thread(
                    () -> {
                        try {
                            work.run();
                        } catch (IOException | RuntimeException e) {
                            System.err.println("tandem lab: " + name + ": " + e);
                            Runtime.getRuntime().halt(1);
                        }
                    },
                    name);
            thread.setDaemon(true);
            thread.start();
            return thread;
        });
    }
}
