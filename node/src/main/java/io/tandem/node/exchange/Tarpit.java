// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.loop.Timer;
import io.tandem.node.rules.Reply;
import org.jspecify.annotations.Nullable;

/** Holds an answer back for {@code timeout tarpit}. Made for the exchanges that need one. */
final class Tarpit {
    private final Timer timer;
    private final Exchange exchange;
    private @Nullable Reply held;

    Tarpit(Exchange exchange) {
        this.exchange = exchange;
        timer = new Timer(exchange.loop) {
            @Override
            protected void onTimeout() {
                release();
            }
        };
    }

    /** Holds {@code reply} for {@code delayMs}. */
    void hold(Reply reply, int delayMs) {
        held = reply;
        timer.start(Math.max(1, delayMs));
    }

    /** Gives the answer now, if one is held. */
    void release() {
        Reply reply = held;
        held = null;
        timer.stop();
        if (reply != null) {
            exchange.facts.connectingNs = exchange.loop.nowNs();
            exchange.answer(reply);
        }
    }

    /** Forgets the answer. */
    void stop() {
        held = null;
        timer.stop();
    }

    /** The connection has ended for good. */
    void dispose() {
        held = null;
        timer.dispose();
    }
}
