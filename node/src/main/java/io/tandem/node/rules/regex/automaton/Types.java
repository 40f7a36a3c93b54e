// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

import org.jspecify.annotations.Nullable;

/** The sets of bytes that have names, as PCRE2's own tables have them: ASCII's. */
final class Types {
    private static final ByteSet DIGIT = ByteSet.range('0', '9');
    private static final ByteSet SPACE = ByteSet.range('\t', '\r').or(ByteSet.of(' '));
    private static final ByteSet BLANK = ByteSet.of('\t').or(ByteSet.of(' '));
    private static final ByteSet UPPER = ByteSet.range('A', 'Z');
    private static final ByteSet LOWER = ByteSet.range('a', 'z');
    private static final ByteSet ALPHA = UPPER.or(LOWER);
    private static final ByteSet ALNUM = ALPHA.or(DIGIT);
    private static final ByteSet GRAPH = ByteSet.range('!', '~');
    private static final ByteSet PRINT = ByteSet.range(' ', '~');

    private Types() {}

    /**
     * What {@code \c} stands for, within sets and without; null where that is not a set. {@code \h \v} are left out: PCRE2
     * 10.42 takes them for part of {@code \s} when it optimises, which they are not, and does not find {@code \S+\v} in all texts.
     */
    static @Nullable ByteSet escaped(char c) {
        return switch (c) {
            case 'd' -> DIGIT;
            case 'D' -> DIGIT.not();
            case 'w' -> ByteSet.WORD;
            case 'W' -> ByteSet.WORD.not();
            case 's' -> SPACE;
            case 'S' -> SPACE.not();
            default -> null;
        };
    }

    /** What {@code [:name:]} stands for. */
    static ByteSet named(String name) throws Beyond {
        return switch (name) {
            case "alpha" -> ALPHA;
            case "lower" -> LOWER;
            case "upper" -> UPPER;
            case "alnum" -> ALNUM;
            case "ascii" -> ByteSet.range(0, 0x7F);
            case "blank" -> BLANK;
            case "cntrl" -> ByteSet.range(0, 0x1F).or(ByteSet.of(0x7F));
            case "digit" -> DIGIT;
            case "graph" -> GRAPH;
            case "print" -> PRINT;
            case "punct" -> GRAPH.and(ALNUM.not());
            case "space" -> SPACE;
            case "word" -> ByteSet.WORD;
            case "xdigit" -> DIGIT.or(ByteSet.range('a', 'f')).or(ByteSet.range('A', 'F'));
            default -> throw new Beyond("no such name");
        };
    }
}
