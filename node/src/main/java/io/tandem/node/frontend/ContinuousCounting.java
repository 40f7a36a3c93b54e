// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import java.util.concurrent.TimeUnit;

/**
 * {@code option contstats}: every few seconds the bytes of sessions under way are added to the counters, so that a graph of
 * long transfers is smooth. One per loop, on its thread; at rest while the loop has no session of such a frontend.
 */
final class ContinuousCounting {
    private static final LoopLocal<ContinuousCounting> OF = new LoopLocal<>(ContinuousCounting::new);
    /** As often as the manual says. */
    private static final int PERIOD_S = 5;

    private final Loop loop;
    private boolean running;

    private ContinuousCounting(Loop loop) {
        this.loop = loop;
    }

    static ContinuousCounting of(Loop loop) {
        return OF.of(loop);
    }

    /** A connection of such a frontend has been accepted. */
    void begin() {
        if (!running) {
            running = true;
            loop.eventLoop().schedule(this::count, PERIOD_S, TimeUnit.SECONDS);
        }
    }

    private void count() {
        loop.tick();
        running = false;
        ClientConnections.sessions(loop, session -> {
            if (session.facts().frontend.countsContinuously()) {
                session.countBytes();
                begin();
            }
        });
    }
}
