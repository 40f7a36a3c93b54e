// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections may be open at once: of the process, a frontend or a listener ({@code maxconn}). At the limit
 * listeners stop accepting and clients wait in the kernel's backlog. Any thread.
 */
final class ConnectionLimit {
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private volatile int max;

    /** @param max 0 for no limit, negative to let nothing in */
    ConnectionLimit(int max) {
        this.max = max;
    }

    void max(int max) {
        this.max = max;
        for (int i = waiting.size(); i > 0; i--) { // those that still find no room wait again
            wake();
        }
    }

    boolean isSet() {
        return max > 0;
    }

    int open() {
        return open.get();
    }

    /** Counts one more connection if there is room. */
    boolean acquire() {
        int now = open.incrementAndGet();
        int most = max;
        if (most != 0 && now > most) {
            open.decrementAndGet();
            return false;
        }
        return true;
    }

    /** Counts one more connection whether there is room or not. */
    void exceed() {
        open.incrementAndGet();
    }

    /** A connection has ended. */
    void release() {
        open.decrementAndGet();
        wake();
    }

    /** {@code retry} runs when there may be room again, on any thread. */
    void await(Runnable retry) {
        waiting.add(retry);
        int most = max;
        if (most == 0 || open.get() < most) {
            wake(); // room came free meanwhile
        }
    }

    private void wake() {
        if (!waiting.isEmpty()) {
            Runnable next = waiting.poll();
            if (next != null) {
                next.run();
            }
        }
    }
}
