// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import java.nio.charset.StandardCharsets;

/** ASCII as protocols use it: case only in A to Z. */
public final class Ascii {
    private static final byte[] TOKEN = tokens();

    private Ascii() {}

    /** The bytes of a text that is ASCII. */
    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The token character a byte stands for, in lower case; 0 for bytes that no token holds (RFC 9110 section 5.6.2). */
    public static byte token(byte b) {
        return TOKEN[b & 0xff];
    }

    private static byte[] tokens() {
        byte[] tokens = new byte[256];
        for (char c : "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz".toCharArray()) {
            tokens[c] = (byte) c;
        }
        for (char c = 'A'; c <= 'Z'; c++) {
            tokens[c] = (byte) (c + 32);
        }
        return tokens;
    }

    public static byte toLower(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
    }

    /** Whether {@code bytes} from {@code start} on equal {@code lower}, which is in lower case. */
    public static boolean equalsIgnoreCase(byte[] bytes, int start, byte[] lower) {
        for (int i = 0; i < lower.length; i++) {
            if (toLower(bytes[start + i]) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@code bytes} from {@code start} to {@code end} are {@code lower}, whatever their case. */
    public static boolean isIgnoreCase(byte[] bytes, int start, int end, byte[] lower) {
        return end - start == lower.length && equalsIgnoreCase(bytes, start, lower);
    }

    /** Writes {@code number} in decimal, the last digit just before {@code end}; answers where the first one is. */
    public static int decimalBackwards(byte[] bytes, int end, long number) {
        int at = end;
        long rest = number < 0 ? number : -number; // the smallest number has no positive one
        do {
            bytes[--at] = (byte) ('0' - rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (number < 0) {
            bytes[--at] = '-';
        }
        return at;
    }
}
