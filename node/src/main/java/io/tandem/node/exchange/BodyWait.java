// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.loop.Timer;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/**
 * The wait for the body before rules go on: for all of it, or a buffer full ({@code option http-buffer-request}), or for
 * as much as a rule wants, within its time ({@code wait-for-body}). Made for the exchanges that need one.
 */
final class BodyWait {
    private final Exchange exchange;
    private @Nullable Timer timer;

    BodyWait(Exchange exchange) {
        this.exchange = exchange;
    }

    void begin() {
        Facts facts = exchange.facts;
        if (facts.peeksBody) {
            return; // what came with the head is about to be read
        }
        if (facts.request.minorVersion() > 0 && Expectation.takeFrom(facts.request)) {
            facts.bytesOut += Expectation.COUNTED_SIZE;
            exchange.client.proceed();
            exchange.client.flush();
        }
        if (facts.bodyWaitMs > 0) {
            timer().start(facts.bodyWaitMs);
        }
        if (exchange.sender.hasEnded() || isEnough(exchange.sender.waitingBytes())) {
            over();
        }
    }

    private Timer timer() {
        Timer present = timer;
        if (present == null) {
            present = new Timer(exchange.loop) {
                @Override
                protected void onTimeout() {
                    exchange.clientFailures().onTimeout();
                }
            };
            timer = present;
        }
        return present;
    }

    /** More of the body has come, or its end. */
    void onMore() {
        Tuning tuning = exchange.tuning;
        int waiting = exchange.sender.waitingBytes();
        if (exchange.facts.peeksBody
                || exchange.sender.hasEnded()
                || waiting >= tuning.bufferSize() - tuning.maxRewrite()
                || isEnough(waiting)) {
            over();
        }
    }

    /** Whether a rule waits, and {@code bytes} of the body are what it wants. */
    private boolean isEnough(int bytes) {
        Facts facts = exchange.facts;
        return facts.bodyWaitMs > 0 && facts.bodyWaitBytes > 0 && bytes >= facts.bodyWaitBytes;
    }

    private void over() {
        stop();
        exchange.onBodyThere();
    }

    void stop() {
        if (timer != null) {
            timer.stop();
        }
    }

    /** The connection has ended for good. */
    void dispose() {
        if (timer != null) {
            timer.dispose();
        }
    }
}
