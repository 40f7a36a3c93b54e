// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long a configuration is in use: until it has been replaced and the last connection that began with it has ended. Then
 * goes what the garbage collector would not see to in time, on a thread of its own: it may be thousands of TLS contexts, and the
 * last one to need them is an event loop. Thread-safe.
 */
public final class Lifetime {
    private final List<Runnable> ends = new ArrayList<>(); // of the thread that loads, and last of the one that ends it
    private final AtomicInteger holders = new AtomicInteger(1); // the first one is whoever has loaded it

    /** Something to do at the end, on a thread of its own; called while the configuration is built. */
    public void atEnd(Runnable end) {
        ends.add(end);
    }

    /** How many connections that began with it have not ended; one more until it has been replaced. */
    int holders() {
        return holders.get();
    }

    /** A connection begins with the configuration. */
    public void hold() {
        holders.incrementAndGet();
    }

    /** A connection has ended, or the configuration has been replaced: once for each {@link #hold}, and once more. */
    public void release() {
        if (holders.decrementAndGet() == 0 && !ends.isEmpty()) {
            Thread thread = new Thread(
                    () -> {
                        ends.forEach(Runnable::run);
                        ends.clear();
                    },
                    "tandem-retire");
            thread.setDaemon(true);
            thread.start();
        }
    }
}
