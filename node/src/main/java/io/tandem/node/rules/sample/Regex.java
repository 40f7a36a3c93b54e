// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.Facts;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression over bytes, one character a byte.
 *
 * <p>HAProxy uses PCRE; {@code java.util.regex} reads almost the same language. The differences that a configuration may
 * meet: no {@code \K}, no recursion, no callouts, no {@code (?|…)}, and POSIX classes are written {@code \p{Alpha}}
 * ({@code [[:alpha:]]} is translated below). Both backtrack, so a client could make an unlucky expression run for minutes:
 * the text counts how often it is looked at and gives up after {@link #MAX_STEPS}, which counts as no match.
 */
public final class Regex {
    /** About 10 ms; PCRE's own match limit in HAProxy's build is of the same order. */
    static final int MAX_STEPS = 1_000_000;

    /** Matches that were given up; a value that grows points at an expression to rewrite. */
    private static final LongAdder GIVEN_UP = new LongAdder();

    private static final int MAX_LOOPS = 64;

    private final Pattern pattern;
    private final Slice[] slices = new Slice[MAX_LOOPS]; // one per event loop, made by it

    private Regex(Pattern pattern) {
        this.pattern = pattern;
    }

    /** How many matches were given up for being too much work, in this process. */
    public static long givenUp() {
        return GIVEN_UP.sum();
    }

    /** @throws SampleError with HAProxy's words where it is none */
    public static Regex compile(String text, boolean ignoreCase) {
        try {
            return new Regex(Pattern.compile(
                    text.replaceAll("\\[:(\\w+):]", "\\\\p{$1}")
                            .replace("\\p{alpha}", "\\p{Alpha}")
                            .replace("\\p{digit}", "\\p{Digit}")
                            .replace("\\p{alnum}", "\\p{Alnum}")
                            .replace("\\p{space}", "\\s")
                            .replace("\\p{upper}", "\\p{Upper}")
                            .replace("\\p{lower}", "\\p{Lower}")
                            .replace("\\p{punct}", "\\p{Punct}")
                            .replace("\\p{xdigit}", "\\p{XDigit}"),
                    ignoreCase ? Pattern.CASE_INSENSITIVE : 0));
        } catch (PatternSyntaxException e) {
            throw new SampleError("regex '" + text + "' is invalid (error=" + reason(e) + ", erroffset="
                    + Math.max(0, e.getIndex()) + ")");
        }
    }

    private static String reason(PatternSyntaxException e) {
        String description = e.getDescription();
        return description.startsWith("Unclosed group")
                ? "missing closing parenthesis"
                : description.toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether the expression matches anywhere in the slice. */
    public boolean matches(Facts facts, byte[] bytes, int start, int end) {
        return find(slice(facts).over(bytes, start, end), 0);
    }

    private Slice slice(Facts facts) {
        int loop = facts.loop.index();
        if (loop >= MAX_LOOPS) {
            return new Slice(pattern);
        }
        Slice slice = slices[loop];
        if (slice == null) {
            slice = new Slice(pattern);
            slices[loop] = slice;
        }
        return slice;
    }

    private static boolean find(Slice slice, int from) {
        try {
            return slice.matcher.find(from);
        } catch (TooMuch | StackOverflowError e) {
            GIVEN_UP.increment();
            return false;
        }
    }

    /** Replaces what matches, {@code \1} standing for a group; false if the result does not fit. */
    boolean substitute(Facts facts, Sample in, byte[] substitution, boolean everywhere) {
        Slice slice = slice(facts).over(in.bytes, in.start, in.end);
        Builder text = new Builder(facts.scratch);
        int from = 0;
        int length = in.length();
        while (from <= length && find(slice, from)) {
            Matcher matcher = slice.matcher;
            text.append(in.bytes, in.start + from, in.start + matcher.start());
            expand(matcher, slice, substitution, text);
            if (matcher.end() == matcher.start()) {
                if (matcher.end() < length) {
                    text.append(in.bytes[in.start + matcher.end()]);
                }
                from = matcher.end() + 1;
            } else {
                from = matcher.end();
            }
            if (!everywhere) {
                break;
            }
        }
        if (from < length) {
            text.append(in.bytes, in.start + from, in.end);
        }
        return text.into(in);
    }

    /**
     * Writes {@code replacement} with the groups of a match of the whole slice, as {@code replace-header} does.
     *
     * @return false where the expression does not match, or the result does not fit
     */
    public boolean expand(Facts facts, byte[] bytes, int start, int end, byte[] replacement, Sample out) {
        Slice slice = slice(facts).over(bytes, start, end);
        if (!find(slice, 0)) {
            return false;
        }
        Builder text = new Builder(facts.scratch);
        expand(slice.matcher, slice, replacement, text);
        return text.into(out);
    }

    private static void expand(Matcher matcher, Slice slice, byte[] replacement, Builder text) {
        for (int i = 0; i < replacement.length; i++) {
            byte b = replacement[i];
            if (b == '\\' && i + 1 < replacement.length) {
                byte next = replacement[++i];
                if (next >= '0' && next <= '9') {
                    int group = next - '0';
                    if (group <= matcher.groupCount() && matcher.start(group) >= 0) {
                        text.append(slice.bytes, slice.start + matcher.start(group), slice.start + matcher.end(group));
                    }
                } else {
                    text.append(next);
                }
            } else {
                text.append(b);
            }
        }
    }

    /** Thrown by a text that was looked at too often. */
    private static final class TooMuch extends RuntimeException {
        TooMuch() {
            super("regex gave up", null, false, false);
        }
    }

    /** The slice as characters, with its matcher. */
    private static final class Slice implements CharSequence {
        private final Matcher matcher;
        private byte[] bytes = new byte[0];
        private int start;
        private int end;
        private int steps;

        Slice(Pattern pattern) {
            matcher = pattern.matcher("");
        }

        Slice over(byte[] newBytes, int newStart, int newEnd) {
            bytes = newBytes;
            start = newStart;
            end = newEnd;
            steps = 0;
            matcher.reset(this);
            return this;
        }

        @Override
        public int length() {
            return end - start;
        }

        @Override
        public char charAt(int index) {
            if (++steps > MAX_STEPS) {
                throw new TooMuch();
            }
            return (char) (bytes[start + index] & 0xFF);
        }

        @Override
        public CharSequence subSequence(int from, int to) {
            return Text.string(bytes, start + from, start + to);
        }

        @Override
        public String toString() {
            return Text.string(bytes, start, end);
        }
    }
}
