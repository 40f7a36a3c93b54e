// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import java.lang.ref.Reference;

/** An expression compiled by PCRE2, to machine code where the system allows it. */
final class Pcre2Regex implements CompiledRegex {
    private static final int NO_MATCH = -1;

    private final Pcre2 library;
    private final long code;
    private final long function;

    /** @param function what matches with the code */
    Pcre2Regex(Pcre2 library, long code, long function) {
        this.library = library;
        this.code = code;
        this.function = function;
    }

    @Override
    public boolean find(Matching matching) {
        NativeSubject subject = matching.nativeSubject(library);
        int found;
        try {
            found = library.match(function, code, subject, matching);
        } finally {
            Reference.reachabilityFence(this); // the code is freed with it
        }
        if (found < 0) {
            if (found != NO_MATCH) {
                RegexLimits.giveUp(); // a limit: of steps, of the machine's stack, of memory
            }
            return false;
        }
        subject.readGroups(matching, found == 0 ? Matching.GROUPS : found);
        return true;
    }
}
