// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/** Bytes written as pairs of hexadecimal digits in a configuration. */
public final class Hex {
    private Hex() {}

    /** @throws SampleError with HAProxy's words where it is no such text */
    public static byte[] parse(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.digit(text.charAt(i), 16) < 0) {
                throw new SampleError("an hex digit is expected (found '" + text.charAt(i) + "')");
            }
        }
        if (text.length() % 2 != 0) {
            throw new SampleError("an even number of hex digit is expected");
        }
        byte[] bytes = new byte[text.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(text.substring(i * 2, i * 2 + 2), 16);
        }
        return bytes;
    }

    /** The byte that two digits at {@code at} are, or -1. */
    static int pair(byte[] text, int at) {
        if (at + 2 > text.length) {
            return -1;
        }
        int high = Character.digit(text[at], 16);
        int low = Character.digit(text[at + 1], 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
