// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.loop.Timer;
import java.util.ArrayDeque;

/**
 * The connections of one loop whose peers have just done a row of things that cost us more than them: resets, say. They are not
 * read from, and wait here for their turn behind everybody else: all together they get a small share of the loop's time.
 */
final class HeldEndpoints {
    /** How many may wait; each keeps no more unread than what one read brought. Who comes then is sent away. */
    static final int MOST = 256;

    private static final LoopLocal<HeldEndpoints> OF = new LoopLocal<>(HeldEndpoints::new);

    /** After so long the first of them has its turn. */
    private static final int PAUSE_MS = 5;

    /** How much of the loop's time they get then, one turn each at most. */
    private static final long SHARE_NS = 250_000;

    private final Loop loop;
    private final ArrayDeque<Endpoint> waiting = new ArrayDeque<>();
    private final Timer timer;

    private HeldEndpoints(Loop loop) {
        this.loop = loop;
        timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                giveTurns();
            }
        };
    }

    /** Those of a loop. Called on its thread. */
    static HeldEndpoints of(Loop loop) {
        return OF.of(loop);
    }

    /** Has {@code endpoint} wait for its turn, {@link Endpoint#onTurn}; false where too many do. */
    boolean add(Endpoint endpoint) {
        if (waiting.size() >= MOST) {
            return false;
        }
        waiting.addLast(endpoint);
        if (!timer.isRunning()) {
            timer.start(PAUSE_MS);
        }
        return true;
    }

    /** Lets those that wait go on, as long as there is time. */
    void giveTurns() {
        long untilNs = System.nanoTime() + SHARE_NS;
        int left = waiting.size(); // who is held again waits for the next time
        while (left > 0) {
            left--;
            Endpoint next = waiting.pollFirst();
            if (next != null) {
                loop.tick();
                next.onTurn();
            }
            if (System.nanoTime() - untilNs >= 0) {
                break;
            }
        }
        if (!waiting.isEmpty()) {
            timer.start(PAUSE_MS);
        }
    }
}
