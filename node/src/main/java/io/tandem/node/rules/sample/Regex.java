// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.regex.CompiledRegex;
import io.tandem.node.rules.regex.Matching;
import io.tandem.node.rules.regex.RegexLimits;
import io.tandem.node.rules.regex.RegexSyntaxException;
import io.tandem.node.rules.regex.Regexes;

/** A regular expression of the configuration, and what rules do with it: look for it, replace what it matches. Immutable. */
public final class Regex {
    private final CompiledRegex regex;

    private Regex(CompiledRegex regex) {
        this.regex = regex;
    }

    /** How many matches were given up for being too much work, in this process. */
    public static long givenUp() {
        return RegexLimits.givenUp();
    }

    /** @throws SampleError with HAProxy's words where it is none */
    public static Regex compile(String text, boolean ignoreCase) {
        return compile(text, ignoreCase, true);
    }

    /** One that is only asked whether it matches: parentheses in it are no groups to refer to, as in HAProxy's ACLs. */
    public static Regex test(String text, boolean ignoreCase) {
        return compile(text, ignoreCase, false);
    }

    private static Regex compile(String text, boolean ignoreCase, boolean captures) {
        try {
            return new Regex(Regexes.compile(text, ignoreCase, captures));
        } catch (RegexSyntaxException e) {
            throw new SampleError(
                    "regex '" + text + "' is invalid (error=" + e.reason() + ", erroffset=" + e.offset() + ")");
        }
    }

    /** Whether the expression matches anywhere in the slice. */
    public boolean matches(Facts facts, byte[] bytes, int start, int end) {
        Matching matching = facts.scratch.matching();
        matching.over(bytes, start, end);
        return regex.find(matching, 0);
    }

    /** Whether it matches anywhere in the subject of {@code matching}, which then knows its groups. */
    public boolean find(Matching matching) {
        return regex.find(matching, 0);
    }

    /** Replaces what matches, {@code \1} standing for a group; a result that does not fit is cut. */
    boolean substitute(Facts facts, Sample in, byte[] substitution, boolean everywhere) {
        Matching matching = facts.scratch.matching();
        matching.over(in.bytes, in.start, in.end);
        Builder text = Builder.cutting(facts.scratch, 0);
        int from = in.start;
        while (from <= in.end && regex.find(matching, from - in.start)) {
            int matchStart = matching.groupStart(0);
            int matchEnd = matching.groupEnd(0);
            text.append(in.bytes, from, matchStart);
            expand(matching, substitution, text);
            if (matchEnd == matchStart) {
                if (matchEnd < in.end) {
                    text.append(in.bytes[matchEnd]);
                }
                from = matchEnd + 1;
            } else {
                from = matchEnd;
            }
            if (!everywhere) {
                break;
            }
        }
        if (from < in.end) {
            text.append(in.bytes, from, in.end);
        }
        return text.into(in);
    }

    /**
     * Writes {@code replacement} with the groups of a match of the whole slice, as {@code replace-header} does.
     *
     * @return false where the expression does not match, or the result does not fit
     */
    public boolean expand(Facts facts, byte[] bytes, int start, int end, byte[] replacement, Sample out) {
        Matching matching = facts.scratch.matching();
        matching.over(bytes, start, end);
        return regex.find(matching, 0) && expand(facts.scratch, matching, replacement, out);
    }

    /**
     * Writes {@code replacement} with the groups of the last match.
     *
     * @return false where the result does not fit
     */
    public static boolean expand(Scratch scratch, Matching matching, byte[] replacement, Sample out) {
        Builder text = new Builder(scratch);
        expand(matching, replacement, text);
        return text.into(out);
    }

    private static void expand(Matching matching, byte[] replacement, Builder text) {
        for (int i = 0; i < replacement.length; i++) {
            byte b = replacement[i];
            if (b == '\\' && i + 1 < replacement.length) {
                byte next = replacement[++i];
                if (next >= '0' && next <= '9') {
                    int group = next - '0';
                    if (group < matching.groups() && matching.groupStart(group) >= 0) {
                        text.append(matching.bytes(), matching.groupStart(group), matching.groupEnd(group));
                    }
                } else {
                    text.append(next);
                }
            } else {
                text.append(b);
            }
        }
    }
}
