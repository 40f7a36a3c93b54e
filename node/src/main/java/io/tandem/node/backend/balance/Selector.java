// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Server;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/** Chooses among the servers that were usable when it was made. Any loop may ask. */
@FunctionalInterface
interface Selector {
    /**
     * A server other than {@code avoid}; null where all are full and any of them will do. One that is full is answered where
     * the client has to wait for it.
     */
    @Nullable Server select(Facts facts, @Nullable Server avoid);
}
