// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.Facts;

/** Takes a value from an exchange. Immutable; allocates nothing where the value is used in place. */
@FunctionalInterface
public interface Fetch {
    /** Puts the value, or its first occurrence, into {@code out}; false where there is none. */
    boolean fetch(Facts facts, Sample out);

    /** Puts the next occurrence behind {@link Sample#cursor} into {@code out}; false when there is none left. */
    default boolean next(Facts facts, Sample out) {
        return false;
    }
}
