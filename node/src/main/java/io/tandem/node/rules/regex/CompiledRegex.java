// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

/** One compiled regular expression over bytes. Immutable, used by any thread, each with a {@link Matching} of its own. */
public interface CompiledRegex {
    /**
     * Looks for the expression in the subject of {@code matching}, and leaves there where its groups are.
     *
     * @return false where it is not found, and where looking for it was given up ({@link RegexLimits})
     */
    boolean find(Matching matching);

    /** As {@link #find}, for who does not ask for groups; they are undefined then. */
    default boolean test(Matching matching) {
        return find(matching);
    }
}
