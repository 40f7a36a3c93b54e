// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.Facts;

/** The converter {@code json}: text escaped for a JSON string (RFC 8259). */
final class JsonText {
    private static final int BAD = -1;
    private static final int LAST_OF_FOUR_DIGITS = 0xFFFF;
    private static final int[] SMALLEST = {0, 0, 0x80, 0x800, 0x10000};

    private final boolean utf8;
    private final boolean dropsErrors;
    private final boolean takesOverlong;

    /**
     * Reads by that code.
     *
     * @param code {@code ascii}, or {@code utf8}, with {@code p} behind it to take overlong sequences, {@code s} to drop what
     *     is wrong
     */
    JsonText(String code) {
        utf8 = code.startsWith("utf8");
        takesOverlong = code.contains("p");
        dropsErrors = code.endsWith("s");
    }

    boolean convert(Facts facts, Sample in) {
        Builder text = new Builder(facts.scratch);
        int at = in.start;
        while (at < in.end) {
            int first = in.bytes[at] & 0xFF;
            if (!utf8 || first < 0x80) {
                escape(text, first);
                at++;
                continue;
            }
            int length = length(first);
            int point = length == 0 ? BAD : point(in, at, length, first);
            if (point != BAD) {
                escape(text, point);
                at += length;
            } else if (dropsErrors) {
                at++;
            } else {
                return false;
            }
        }
        return text.into(in);
    }

    private static int length(int first) {
        if (first < 0xC0) {
            return 0;
        }
        if (first < 0xE0) {
            return 2;
        }
        if (first < 0xF0) {
            return 3;
        }
        return first < 0xF8 ? 4 : 0;
    }

    private int point(Sample in, int at, int length, int first) {
        if (at + length > in.end) {
            return BAD;
        }
        int point = first & (0xFF >> (length + 1));
        for (int i = 1; i < length; i++) {
            int next = in.bytes[at + i] & 0xFF;
            if ((next & 0xC0) != 0x80) {
                return BAD;
            }
            point = (point << 6) | (next & 0x3F);
        }
        boolean overlong = point < SMALLEST[length];
        boolean surrogate = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
        return surrogate || point > LAST_OF_FOUR_DIGITS || (overlong && !takesOverlong) ? BAD : point;
    }

    private static void escape(Builder text, int c) {
        switch (c) {
            case '"', '\\', '/' -> {
                text.append('\\');
                text.append(c);
            }
            case '\b' -> escaped(text, 'b');
            case '\f' -> escaped(text, 'f');
            case '\n' -> escaped(text, 'n');
            case '\r' -> escaped(text, 'r');
            case '\t' -> escaped(text, 't');
            default -> {
                if (c < 0x20 || c > 0x7E) {
                    unicode(text, c);
                } else {
                    text.append(c);
                }
            }
        }
    }

    private static void escaped(Builder text, char letter) {
        text.append('\\');
        text.append(letter);
    }

    private static void unicode(Builder text, int point) {
        text.append('\\');
        text.append('u');
        for (int shift = 12; shift >= 0; shift -= 4) {
            text.append(Character.forDigit((point >> shift) & 0xF, 16));
        }
    }
}
