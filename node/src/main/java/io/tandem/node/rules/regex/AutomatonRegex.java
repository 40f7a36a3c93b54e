// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import io.tandem.node.rules.regex.automaton.Automaton;

/** An expression that only says whether it matches: of no group is ever known where it is. */
final class AutomatonRegex implements CompiledRegex {
    private final Automaton automaton;

    AutomatonRegex(Automaton automaton) {
        this.automaton = automaton;
    }

    @Override
    public boolean find(Matching matching) {
        matching.groups(0);
        return matching.isMatchedBy(automaton);
    }
}
