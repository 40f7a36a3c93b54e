// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import io.tandem.node.rules.regex.automaton.Automaton;

/** An expression that is asked for its groups only where an automaton has said that it matches: mostly it does not. */
final class FilteredRegex implements CompiledRegex {
    private final Automaton automaton;
    private final CompiledRegex regex;

    /** @param automaton for the same expression */
    FilteredRegex(Automaton automaton, CompiledRegex regex) {
        this.automaton = automaton;
        this.regex = regex;
    }

    @Override
    public boolean find(Matching matching) {
        // The rest of a subject is in native memory by now: the way to the library has been made.
        return (matching.isRest() || test(matching)) && regex.find(matching);
    }

    @Override
    public boolean test(Matching matching) {
        return matching.isMatchedBy(automaton);
    }
}
