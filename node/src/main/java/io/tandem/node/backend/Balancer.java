// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/** Chooses among the usable servers of a backend. Called by any event loop. */
public interface Balancer {
    /** The server for this exchange, or null when none is usable. Never returns {@code avoid} if there is another. */
    @Nullable Server choose(Facts facts, @Nullable Server avoid);
}
