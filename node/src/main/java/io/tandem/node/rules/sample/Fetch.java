// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.Facts;

/** Takes a value from an exchange. Immutable; allocates nothing where the value is used in place. */
@FunctionalInterface
public interface Fetch {
    /** Puts the value into {@code out}; of several occurrences the one HAProxy takes, mostly the last. False for none. */
    boolean fetch(Facts facts, Sample out);

    /** Puts the first of several occurrences into {@code out}, for an ACL that tries them all. */
    default boolean first(Facts facts, Sample out) {
        return fetch(facts, out);
    }

    /** Puts the next occurrence behind {@link Sample#cursor} into {@code out}; false when there is none left. */
    default boolean next(Facts facts, Sample out) {
        return false;
    }
}
