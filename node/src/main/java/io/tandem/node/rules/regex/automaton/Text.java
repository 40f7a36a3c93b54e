// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

/** An expression's characters, each a byte, as they are read. Not thread-safe. */
final class Text {
    private static final int HEX = 16;

    private final String text;
    private int at;

    Text(String text) throws Beyond {
        this.text = text;
        check(text.chars().allMatch(c -> c < ByteSet.BYTES), "a character that is no byte");
    }

    boolean hasMore() {
        return at < text.length();
    }

    boolean isAt(char c) {
        return hasMore() && text.charAt(at) == c;
    }

    char next() throws Beyond {
        check(hasMore(), "an end too early");
        return text.charAt(at++);
    }

    boolean take(char c) {
        boolean is = isAt(c);
        at += is ? 1 : 0;
        return is;
    }

    boolean take(String word) {
        boolean is = text.startsWith(word, at);
        at += is ? word.length() : 0;
        return is;
    }

    /** Whether what follows an opening bracket may be taken for the inside of {@code [:name:]}. */
    boolean isNameInBrackets() {
        if (!isAt(':') && !isAt('.') && !isAt('=')) {
            return false;
        }
        int ending = text.indexOf(text.charAt(at) + "]", at + 1);
        int closing = text.indexOf(']', at + 1);
        return ending >= 0
                && (closing == ending + 1 || text.substring(at, ending).indexOf('\\') >= 0);
    }

    /** What is in front of {@code ending}, which is passed as well. */
    String until(String ending) throws Beyond {
        int to = text.indexOf(ending, at);
        check(to >= 0, "an end too early");
        String before = text.substring(at, to);
        at = to + ending.length();
        return before;
    }

    /** A decimal number, {@code most} at most. */
    int number(int most) throws Beyond {
        int from = at;
        int number = 0;
        while (hasMore() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            number = number * 10 + text.charAt(at++) - '0';
            check(number <= most, "too large a number");
        }
        check(at > from, "a number missing");
        return number;
    }

    /** The byte that an escape stands for whose letter {@code c} has been read: within and without sets the same. */
    char escaped(char c) throws Beyond {
        return switch (c) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 'f' -> '\f';
            case 'a' -> 0x07;
            case 'e' -> 0x1B;
            case 'x' -> (char) (hexDigit() * HEX + hexDigit());
            default -> {
                boolean punctuation = c > ' ' && c < 0x7F && !Character.isLetterOrDigit(c);
                check(punctuation || c == ' ', "another escape");
                yield c;
            }
        };
    }

    private int hexDigit() throws Beyond {
        char c = next();
        int digit = Character.digit(c, HEX);
        check(digit >= 0, "a hexadecimal digit missing");
        return digit;
    }

    void check(boolean holds, String otherwise) throws Beyond {
        if (!holds) {
            throw new Beyond(otherwise);
        }
    }
}
