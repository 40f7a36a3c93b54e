// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import java.util.concurrent.atomic.LongAdder;

/**
 * How much work one match may be. All engines backtrack, so a client could make an unlucky expression run for minutes, and
 * a loop with it: what takes more than this is given up, which counts as no match.
 */
public final class RegexLimits {
    /**
     * How often an engine may try again, about 10 ms of work. PCRE2's own default, which HAProxy leaves alone, is ten times
     * that: an expression between the two matches there and is given up here.
     */
    static final int MATCHES = 1_000_000;

    /** Memory for backtracking, KiB, beyond the machine's stack. */
    static final int HEAP_KB = 1024;

    private static final LongAdder GIVEN_UP = new LongAdder();

    private RegexLimits() {}

    /** Counts a match that was given up. */
    static void giveUp() {
        GIVEN_UP.increment();
    }

    /** How many matches were given up in this process; a value that grows points at an expression to rewrite. */
    public static long givenUp() {
        return GIVEN_UP.sum();
    }
}
