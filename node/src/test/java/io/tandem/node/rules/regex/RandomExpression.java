// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import java.util.Random;

/**
 * A regular expression drawn from those that automata take, and a text that it probably matches. Both grow together: what is
 * added to the one has its part in the other.
 */
final class RandomExpression {
    private static final String LETTERS = "aabbcxyzAB01_-/. =\n\0\u00e9\u00c9%]}:,<~";
    private static final String SPECIAL = "\\^$.[|()*+?{";
    private static final String[][] SETS = {
        {"\\d", "7"},
        {"\\D", "a"},
        {"\\w", "b"},
        {"\\W", "-"},
        {"\\s", " "},
        {"\\S", "x"},
        {".", "a"},
        {"(?:\\N)", "\r"},
        {"[a-c]", "b"},
        {"[^a-c]", "\n"},
        {"[]a]", "]"},
        {"[^]a]", "b"},
        {"[]-a]", "^"},
        {"[a-]", "-"},
        {"[-a/]", "-"},
        {"[0-9a-f-_.]", "_"},
        {"[\\w.-]", "."},
        {"[\\d\\-x]", "-"},
        {"[[:alpha:]_]", "B"},
        {"[[:^digit:]]", "a"},
        {"[[:punct:][:space:]]", "\u000b"},
        {"[[:upper:]]", "A"},
        {"[[:lower:]]", "a"},
        {"[^[:print:]]", "\u00e9"},
        {"[\\x00-\\x1f\\b]", "\0"},
        {"[\\x80-\\xff]", "\u00c9"},
        {"[^\\n]", "a"},
        {"[+--]", ","},
        {"[Z-b]", "a"},
        {"[^\\W_]", "x"},
        {"[\\^\\]\\\\]", "]"},
        {"[[$(|*.]", "["},
        {"\\x61", "a"},
        {"\\t", "\t"},
        {"\\/", "/"},
        {"\\-", "-"},
        {"\\.", "."},
    };
    private static final String[] PLACES = {"^", "$", "\\z", "\\Z", "\\b", "\\B", "\\b", "$"};
    private static final String[] TIMES = {"*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{0}", "{1,3}?"};
    private static final int[] TAKEN = {1, 1, 1, 2, 1, 0, 2, 1, 3, 0, 2};

    private final Random random;
    private final StringBuilder expression = new StringBuilder();

    RandomExpression(Random random) {
        this.random = random;
    }

    /** Draws the expression and answers a text for it. */
    String draw() {
        boolean fixed = random.nextInt(3) == 0;
        if (fixed) {
            expression.append('^');
        }
        String text = choice(0);
        if (random.nextInt(3) == 0) {
            expression.append('$');
        }
        return text;
    }

    String expression() {
        return expression.toString();
    }

    private String choice(int depth) {
        int ways = depth > 0 && random.nextInt(2) == 0 ? 2 + random.nextInt(3) : 1;
        int taken = random.nextInt(ways);
        String text = "";
        for (int way = 0; way < ways; way++) {
            expression.append(way > 0 ? "|" : "");
            String sequence = sequence(depth);
            text = way == taken ? sequence : text;
        }
        return text;
    }

    private String sequence(int depth) {
        StringBuilder text = new StringBuilder();
        int parts = random.nextInt(depth == 0 ? 6 : 4);
        for (int i = 0; i < parts; i++) {
            text.append(part(depth));
        }
        return text.toString();
    }

    private String part(int depth) {
        int kind = random.nextInt(20);
        if (kind == 0) {
            expression.append(PLACES[random.nextInt(PLACES.length)]);
            return "";
        }
        if (kind < 5) {
            String[] set = SETS[random.nextInt(SETS.length)];
            expression.append(set[0]);
            return times(set[1]);
        }
        if (kind < 8 && depth < 3) {
            expression.append(random.nextBoolean() ? "(" : "(?:");
            String inside = choice(depth + 1);
            expression.append(')');
            return times(inside);
        }
        if (kind < 12) { // a longer literal
            StringBuilder word = new StringBuilder();
            for (int i = random.nextInt(14); i >= 0; i--) {
                word.append(literal());
            }
            return word.toString();
        }
        return times(String.valueOf(literal()));
    }

    private char literal() {
        char c = random.nextInt(12) == 0
                ? SPECIAL.charAt(random.nextInt(SPECIAL.length()))
                : LETTERS.charAt(random.nextInt(LETTERS.length()));
        if (SPECIAL.indexOf(c) >= 0) {
            expression.append('\\');
        }
        expression.append(c);
        return c;
    }

    private String times(String text) {
        if (random.nextInt(3) > 0) {
            return text;
        }
        int which = random.nextInt(TIMES.length);
        expression.append(TIMES[which]);
        return text.repeat(TAKEN[which]);
    }

    /** A text without a purpose. */
    static String noise(Random random, int most) {
        StringBuilder noise = new StringBuilder();
        for (int i = random.nextInt(most + 1); i > 0; i--) {
            noise.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return noise.toString();
    }

    /** Another text not unlike it. */
    static String changed(Random random, String text) {
        int at = random.nextInt(text.length() + 1);
        int to = Math.min(text.length(), at + random.nextInt(3));
        return switch (random.nextInt(6)) {
            case 0 -> noise(random, 40) + text + noise(random, 40);
            case 1 -> text + "\n";
            case 2 -> text.substring(0, at) + noise(random, 2) + text.substring(to);
            case 3 -> text.substring(at);
            case 4 -> text.substring(0, at);
            default -> flipCase(text, at);
        };
    }

    private static String flipCase(String text, int from) {
        StringBuilder flipped = new StringBuilder(text);
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            flipped.setCharAt(i, Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c));
        }
        return flipped.chars().allMatch(c -> c < 256) ? flipped.toString() : text;
    }
}
