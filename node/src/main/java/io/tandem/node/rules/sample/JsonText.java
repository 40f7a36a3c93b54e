// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.Facts;

/** The converter {@code json}: text escaped for a JSON string (RFC 8259). */
final class JsonText {
    private final boolean utf8;
    private final boolean skipsErrors;
    private final boolean printsErrors;

    /** @param code {@code ascii}, or {@code utf8} with {@code s} (no warnings) and {@code p} (bad bytes printed) behind it */
    JsonText(String code) {
        utf8 = code.startsWith("utf8");
        printsErrors = code.contains("p");
        skipsErrors = code.endsWith("s");
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
            int length = sequence(first);
            int point = length == 0 ? -1 : point(in, at, length, first);
            if (point >= 0) {
                if (point > 0xFFFF) {
                    return false;
                }
                unicode(text, point);
                at += length;
            } else if (printsErrors) {
                unicode(text, first);
                at++;
            } else if (skipsErrors) {
                at++;
            } else {
                return false;
            }
        }
        return text.into(in);
    }

    private static int sequence(int first) {
        if (first >= 0xC2 && first < 0xE0) {
            return 2;
        }
        if (first >= 0xE0 && first < 0xF0) {
            return 3;
        }
        return first >= 0xF0 && first < 0xF5 ? 4 : 0;
    }

    private static int point(Sample in, int at, int length, int first) {
        if (at + length > in.end) {
            return -1;
        }
        int point = first & (0xFF >> (length + 1));
        for (int i = 1; i < length; i++) {
            int next = in.bytes[at + i] & 0xFF;
            if ((next & 0xC0) != 0x80) {
                return -1;
            }
            point = (point << 6) | (next & 0x3F);
        }
        return point;
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
