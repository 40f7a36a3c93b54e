// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Text;

/**
 * Numbers as patterns write them: {@code 5}, {@code 1024:65535}, {@code 1024:}, or dotted versions such as {@code 3.1},
 * which stand for {@code (3 << 16) + 1} (HAProxy manual 7.1.2). A hyphen separates as a colon does, which the manual does not
 * say: {@code -5} is all up to 5, and only an upper bound can be negative: {@code :-5}. Immutable.
 *
 * @param low the least that matches
 * @param high the greatest that matches
 */
record NumberPattern(long low, long high) {
    private static final int MINOR_BITS = 16;
    private static final int MAX_MINOR = (1 << MINOR_BITS) - 1;

    boolean contains(long number) {
        return number >= low && number <= high;
    }

    boolean isSingle() {
        return low == high;
    }

    /** @throws SampleError in HAProxy's words */
    static NumberPattern parse(String text, boolean dotted) {
        int separator = separator(text);
        if (separator < 0) {
            long number = number(text, dotted);
            if (number == Text.NO_NUMBER) {
                throw new SampleError("'" + text + "' is not a " + (dotted ? "dotted " : "") + "number");
            }
            return new NumberPattern(number, number);
        }
        String from = text.substring(0, separator);
        String to = text.substring(separator + 1);
        long low = from.isEmpty() ? Long.MIN_VALUE + 1 : number(from, dotted);
        long high = to.isEmpty()
                ? Long.MAX_VALUE
                : to.startsWith("-") ? negative(number(to.substring(1), dotted)) : number(to, dotted);
        boolean bounded = !from.isEmpty() || !to.isEmpty();
        if (!bounded || low == Text.NO_NUMBER || high == Text.NO_NUMBER || low > high) {
            throw new SampleError("'" + text + "' is not a valid " + (dotted ? "dotted " : "") + "number range");
        }
        return new NumberPattern(low, high);
    }

    private static int separator(String text) {
        int at = 0;
        while (at < text.length() && text.charAt(at) != ':' && text.charAt(at) != '-') {
            at++;
        }
        return at == text.length() ? -1 : at;
    }

    private static long negative(long number) {
        return number == Text.NO_NUMBER ? number : -number;
    }

    /** An unsigned number. */
    private static long number(String text, boolean dotted) {
        int dot = dotted ? text.indexOf('.') : -1;
        long major = plain(dot < 0 ? text : text.substring(0, dot));
        if (!dotted || major == Text.NO_NUMBER) {
            return major;
        }
        long minor = dot < 0 ? 0 : plain(text.substring(dot + 1));
        return minor < 0 || minor > MAX_MINOR ? Text.NO_NUMBER : (major << MINOR_BITS) + minor;
    }

    private static long plain(String text) {
        byte[] bytes = Text.bytes(text);
        boolean unsigned = bytes.length > 0 && bytes[0] >= '0' && bytes[0] <= '9';
        return unsigned ? Text.number(bytes, 0, bytes.length) : Text.NO_NUMBER;
    }

    /**
     * The pattern that {@code operator} in front of {@code text} stands for, as HAProxy shows it: {@code gt 5} is {@code 6:}.
     * Ranges are left as they are, and so is all behind an operator it does not know.
     *
     * @throws SampleError in HAProxy's words if {@code text} is no number
     */
    static String behind(String operator, String text, boolean dotted) {
        if (separator(text) >= 0 || operator.equals("eq") || operator.equals("ne")) {
            return text;
        }
        long number = number(text, dotted);
        if (number == Text.NO_NUMBER) {
            throw new SampleError("'" + text + "' is neither a number nor a supported operator");
        }
        return switch (operator) {
            case "gt" -> written(number + 1, dotted) + ":";
            case "ge" -> text + ":";
            case "lt" -> ":" + written(number - 1, dotted);
            case "le" -> ":" + text;
            default -> text;
        };
    }

    private static String written(long number, boolean dotted) {
        return dotted ? (number >> MINOR_BITS) + "." + (number & MAX_MINOR) : Long.toString(number);
    }
}
