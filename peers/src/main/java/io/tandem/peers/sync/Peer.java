// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import io.tandem.peers.table.Origins;
import org.jspecify.annotations.Nullable;

/** What a session knows of another member of the view. Guarded by the session. */
final class Peer<P> {
    final P address;
    String name;
    /** Place of its present life among the origins, or {@link Origins#NONE} until it has spoken. */
    int origin = Origins.NONE;

    /** Its last batch that arrived, or -1. */
    long lastSequence = -1;

    boolean saysInSync;

    /** The state asked of it, 0 when all has come. */
    long requestId;

    /** Whether the request has been sent. */
    boolean asked;

    long nextChunk;
    long progressAtMs;

    /** What is being sent to it, or null. */
    @Nullable Teaching teaching;

    Peer(P address) {
        this.address = address;
        this.name = address.toString();
    }
}
