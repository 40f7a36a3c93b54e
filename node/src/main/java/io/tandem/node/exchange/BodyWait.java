// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.rules.Facts;

/** How much of a body is enough for a rule that waits for it, and how long it may take ({@code wait-for-body}). */
final class BodyWait {
    private final Facts facts;
    private final Timer timer;

    /** @param onTooLate when the time is over before enough has come */
    BodyWait(Loop loop, Facts facts, Runnable onTooLate) {
        this.facts = facts;
        timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                onTooLate.run();
            }
        };
    }

    void begin() {
        timer.start(facts.bodyWaitMs);
    }

    /** Whether a rule waits, and {@code bytes} of the body are what it wants. */
    static boolean isEnough(Facts facts, int bytes) {
        return facts.bodyWaitMs > 0 && facts.bodyWaitBytes > 0 && bytes >= facts.bodyWaitBytes;
    }

    void stop() {
        timer.stop();
    }

    void dispose() {
        timer.dispose();
    }
}
