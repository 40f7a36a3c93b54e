// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Loops;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Client connections of each loop. The kernel deals connections out by a hash of their addresses, which is fair for many and
 * may be far from it for few long ones: a loop that has clearly more than another hands the next one over. Any thread.
 */
final class LoopLoads {
    /** A loop may be so far ahead of another before it hands over: less is not worth the change of thread. */
    private static final int SLACK = 4;

    private final Loops loops;
    private final AtomicInteger[] open;

    LoopLoads(Loops loops) {
        this.loops = loops;
        open = new AtomicInteger[loops.count()];
        for (int i = 0; i < open.length; i++) {
            open[i] = new AtomicInteger();
        }
    }

    /**
     * The loop for a connection that {@code acceptor} accepted, counted from now on.
     *
     * @param dealt whether the kernel has dealt it to this loop, so that it stays where it is if that is not unfair
     */
    Loop choose(Loop acceptor, boolean dealt, ThreadSet threads) {
        Loop best = acceptor;
        int fewest = threads.contains(acceptor.index()) ? open[acceptor.index()].get() : Integer.MAX_VALUE;
        for (int i = 0; i < open.length; i++) {
            int count = open[i].get();
            if (count < fewest && threads.contains(i)) {
                fewest = count;
                best = loops.get(i);
            }
        }
        int own = open[acceptor.index()].get();
        boolean stays = dealt && own - fewest <= SLACK + own / 8;
        Loop home = stays ? acceptor : best;
        open[home.index()].incrementAndGet();
        return home;
    }

    void ended(Loop home) {
        open[home.index()].decrementAndGet();
    }
}
