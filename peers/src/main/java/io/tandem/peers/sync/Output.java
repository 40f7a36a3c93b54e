// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import org.jspecify.annotations.Nullable;

/** Where a session's messages go. Called by the replicator thread only; may block for flow control. */
public interface Output<P> {
    /**
     * Sends a message reliably, in order for each sender and kind of destination.
     *
     * @param to one member, or null for all others
     * @param bytes reused after the call
     */
    void send(@Nullable P to, byte[] bytes, int length);
}
