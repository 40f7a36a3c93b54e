// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a configuration asks of a loop thousands of times at once, and what nobody waits for: done in the order it was given, for a
 * quarter of a millisecond between two rounds of events. As many as a configuration has servers and lines may wait.
 */
public final class Chores {
    /** As much as a connection may take of a turn, too ({@link ReceiveBuffer}). */
    private static final long SHARE_NS = 250_000;

    private final Loop loop;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean begun = new AtomicBoolean();

    Chores(Loop loop) {
        this.loop = loop;
    }

    /** Has {@code chore} done soon, on the loop's thread. Any thread. */
    public void add(Runnable chore) {
        waiting.add(chore);
        begin();
    }

    private void begin() {
        if (begun.compareAndSet(false, true)) {
            loop.eventLoop().execute(this::turn);
        }
    }

    private void turn() {
        long untilNs = loop.tick() + SHARE_NS;
        Runnable chore;
        while ((chore = waiting.poll()) != null) {
            try {
                chore.run();
            } catch (RuntimeException mistake) {
                loop.failed(mistake);
            }
            if (System.nanoTime() - untilNs >= 0) {
                loop.eventLoop().schedule(this::turn, 0, TimeUnit.NANOSECONDS); // behind the next round of events
                return;
            }
        }
        begun.set(false);
        if (!waiting.isEmpty()) {
            begin(); // given just now, when this turn had looked already
        }
    }
}
