// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Server;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/** Chooses among the servers that were usable when it was made. Any loop may ask. */
@FunctionalInterface
interface Selector {
    /** A server that is not full, other than {@code avoid}; null when there is none. */
    @Nullable Server select(Facts facts, @Nullable Server avoid);
}
