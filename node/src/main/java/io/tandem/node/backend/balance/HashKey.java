// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.rules.Facts;

/** What a client is hashed by. Any loop may ask; allocates nothing. */
@FunctionalInterface
interface HashKey {
    /** There is no such thing in this request: the servers take turns. */
    long NONE = -1;

    /** The number for the request, 32 bits, unsigned; or {@link #NONE}. */
    long hash(Facts facts, HashType type);
}
