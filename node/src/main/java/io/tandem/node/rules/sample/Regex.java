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
    private static final int FULL = -1;

    /** All values of a byte. */
    private static final byte[] BYTES = allBytes();

    private final CompiledRegex regex;

    private Regex(CompiledRegex regex) {
        this.regex = regex;
    }

    private static byte[] allBytes() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        return all;
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
        return regex.test(matching);
    }

    /** Whether it matches anywhere in the subject of {@code matching}, which then knows its groups. */
    public boolean find(Matching matching) {
        return regex.find(matching);
    }

    /** Replaces what matches, {@code \1} standing for a group; what is longer than a sample may be is cut off. */
    boolean substitute(Facts facts, Sample in, byte[] substitution, boolean everywhere) {
        Scratch scratch = facts.scratch;
        Matching matching = scratch.matching();
        matching.over(in.bytes, in.start, in.end);
        int at = scratch.position();
        int from = in.start;
        boolean more = true;
        while (more && regex.find(matching)) {
            more = everywhere && from < in.end;
            int matchStart = matching.groupStart(0);
            int matchEnd = matching.groupEnd(0);
            at = append(in.bytes, from, matchStart, scratch, at, true);
            at = expand(matching, substitution, scratch, at, true);
            from = matchEnd;
            if (matchEnd == matchStart && matchEnd < in.end) {
                at = append(in.bytes, matchEnd, ++from, scratch, at, true);
            }
            matching.rest(from);
        }
        return claim(scratch, append(in.bytes, from, in.end, scratch, at, true), in);
    }

    /**
     * Writes {@code replacement} with the groups of a match of the whole slice, as {@code replace-header} does.
     *
     * @return false where the expression does not match, or the result does not fit
     */
    public boolean expand(Facts facts, byte[] bytes, int start, int end, byte[] replacement, Sample out) {
        Matching matching = facts.scratch.matching();
        matching.over(bytes, start, end);
        return regex.find(matching) && expand(facts.scratch, matching, replacement, out);
    }

    /**
     * Writes {@code replacement} with the groups of the last match.
     *
     * @return false where the result does not fit
     */
    public static boolean expand(Scratch scratch, Matching matching, byte[] replacement, Sample out) {
        return claim(scratch, expand(matching, replacement, scratch, scratch.position(), false), out);
    }

    private static int expand(Matching matching, byte[] replacement, Scratch scratch, int to, boolean cuts) {
        int at = to;
        for (int i = 0; i < replacement.length; i++) {
            if (replacement[i] != '\\' || i + 1 == replacement.length) {
                at = append(replacement, i, i + 1, scratch, at, cuts);
                continue;
            }
            byte escaped = replacement[++i];
            int group = escaped - '0';
            int hex = escaped == 'x' ? Hex.pair(replacement, i + 1) : -1;
            if (hex >= 0) {
                i += 2;
                at = append(BYTES, hex, hex + 1, scratch, at, cuts);
            } else if (group < 0 || group > 9) {
                at = append(replacement, i, i + 1, scratch, at, cuts);
            } else if (group < matching.groups() && matching.groupStart(group) >= 0) {
                at = append(matching.bytes(), matching.groupStart(group), matching.groupEnd(group), scratch, at, cuts);
            }
        }
        return at;
    }

    /**
     * Copies behind what is claimed already; answers where the copy ends.
     *
     * @param cuts whether what does not fit is cut off; else the answer is {@link #FULL}, which stays
     */
    private static int append(byte[] bytes, int start, int end, Scratch scratch, int at, boolean cuts) {
        int left = scratch.position() + scratch.room() - at;
        int length = cuts ? Math.min(end - start, left) : end - start;
        if (at == FULL || length > left) {
            return FULL;
        }
        System.arraycopy(bytes, start, scratch.bytes(), at, length);
        return at + length;
    }

    private static boolean claim(Scratch scratch, int end, Sample out) {
        if (end == FULL) {
            return false;
        }
        int start = scratch.claim(end - scratch.position());
        out.set(SampleType.STRING, scratch.bytes(), start, end);
        return true;
    }
}
