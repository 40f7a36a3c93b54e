// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/** Chooses among the usable servers of a backend. Called by any event loop. */
public interface Balancer {
    /**
     * The server for this exchange, or null when none is usable or all are full. Never returns {@code avoid} if there is
     * another. One that is full is answered where the client has to wait for this one.
     */
    @Nullable Server choose(Facts facts, @Nullable Server avoid);

    /** Which server that is, if it is among those new clients may get now; null otherwise. */
    default @Nullable Server candidate(ServerState state) {
        return null;
    }
}
