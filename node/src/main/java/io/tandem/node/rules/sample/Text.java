// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.nio.charset.StandardCharsets;

/** Slices of bytes as text and numbers. A configuration's text has one byte a character. */
public final class Text {
    private Text() {}

    /** The bytes of a word of the configuration. */
    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A slice as text, one character a byte. */
    public static String string(byte[] bytes, int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** Whether the slice starts with {@code prefix} at {@code at}, ignoring ASCII case where {@code fold}. */
    public static boolean startsWith(byte[] bytes, int at, int end, byte[] prefix, boolean fold) {
        if (end - at < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            byte b = bytes[at + i];
            if (b != prefix[i] && !(fold && lower(b) == lower(prefix[i]))) {
                return false;
            }
        }
        return true;
    }

    /** Whether the slice is {@code text}. */
    public static boolean equals(byte[] bytes, int start, int end, byte[] text, boolean fold) {
        return end - start == text.length && startsWith(bytes, start, end, text, fold);
    }

    public static byte lower(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }

    /** Marks a slice that is no number; no number of 18 digits or less is this. */
    public static final long NO_NUMBER = Long.MIN_VALUE;

    /** A decimal number with an optional sign that fills the slice, or {@link #NO_NUMBER}. */
    public static long number(byte[] bytes, int start, int end) {
        int at = start;
        boolean negative = at < end && bytes[at] == '-';
        if (negative || (at < end && bytes[at] == '+')) {
            at++;
        }
        if (at == end || end - at > 18) {
            return NO_NUMBER;
        }
        long number = 0;
        while (at < end) {
            int digit = bytes[at++] - '0';
            if (digit < 0 || digit > 9) {
                return NO_NUMBER;
            }
            number = number * 10 + digit;
        }
        return negative ? -number : number;
    }

    /** The number a slice begins with, 0 where it begins with none; stops at the limits of 64 bits, as HAProxy's cast does. */
    static long prefixNumber(byte[] bytes, int start, int end) {
        int at = start;
        boolean negative = at < end && bytes[at] == '-';
        if (negative || (at < end && bytes[at] == '+')) {
            at++;
        }
        long number = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            int digit = bytes[at++] - '0';
            if (number > (Long.MAX_VALUE - digit) / 10) {
                return negative ? Long.MIN_VALUE : Long.MAX_VALUE;
            }
            number = number * 10 + digit;
        }
        return negative ? -number : number;
    }

    /** A decimal number 0..{@code max}, or -1. */
    static int smallNumber(String text, int max) {
        if (text.isEmpty() || text.length() > 4 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int number = Integer.parseInt(text);
        return number <= max ? number : -1;
    }

    /** Four bytes, most significant first, as an unsigned number. */
    public static long int32(byte[] bytes, int at) {
        return ((bytes[at] & 0xFFL) << 24)
                | ((bytes[at + 1] & 0xFF) << 16)
                | ((bytes[at + 2] & 0xFF) << 8)
                | (bytes[at + 3] & 0xFF);
    }
}
