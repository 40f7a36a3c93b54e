// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.TimeUnit;

/** What a thread does that could not accept, for want of descriptors or memory, say: it must neither end nor spin. */
final class AcceptPause {
    private static final int PAUSE_MS = 100;

    private AcceptPause() {}

    /** Waits a moment, unless {@code server} has been closed. */
    static void take(ServerSocketChannel server) {
        if (!server.isOpen()) {
            return;
        }
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
