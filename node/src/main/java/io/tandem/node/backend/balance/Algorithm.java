// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import java.util.List;

/**
 * A {@code balance} algorithm: makes a selector of the candidates there are. Holds what goes on from one selector to the
 * next, such as the position of a round.
 */
@FunctionalInterface
interface Algorithm {
    /** @param candidates at least one, in the order of the configuration */
    Selector over(List<Candidate> candidates);

    /** Whether it always wants weights in parts, 16 to one, and not only while a server starts slowly. */
    default boolean countsInParts() {
        return false;
    }

    /** Whether it takes new weights while it goes on, as those of a server that starts slowly. */
    default boolean isDynamic() {
        return false;
    }
}
