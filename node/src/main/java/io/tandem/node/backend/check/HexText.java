// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.rules.sample.Text;
import org.jspecify.annotations.Nullable;

/** Bytes written as hexadecimal digits. Pure. */
final class HexText {
    private static final byte[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'
    };

    private HexText() {}

    /**
     * The bytes that a word of the configuration stands for.
     *
     * @param before stands before what is wrong, if something is
     */
    static byte[] read(RuleWords words, String text, String before, String behind) {
        if (text.length() % 2 != 0) {
            throw words.error(before + "an even number of hex digit is expected" + behind);
        }
        for (int i = 0; i < text.length(); i++) {
            if (digit(text.charAt(i)) < 0) {
                throw words.error(before + "an hex digit is expected (found '" + text.charAt(i) + "')" + behind);
            }
        }
        byte[] digits = Text.bytes(text);
        byte[] bytes = bytes(digits);
        if (bytes == null) {
            throw new IllegalStateException(text);
        }
        return bytes;
    }

    /** The bytes that {@code text} stands for; null where it is no such text. */
    static byte @Nullable [] bytes(byte @Nullable [] text) {
        if (text == null || text.length % 2 != 0) {
            return null;
        }
        byte[] bytes = new byte[text.length / 2];
        for (int i = 0; i < bytes.length; i++) {
            int high = digit((char) (text[2 * i] & 0xff));
            int low = digit((char) (text[2 * i + 1] & 0xff));
            if (high < 0 || low < 0) {
                return null;
            }
            bytes[i] = (byte) (high << 4 | low);
        }
        return bytes;
    }

    /** {@code length} bytes in capital digits. */
    static byte[] of(byte[] bytes, int length) {
        byte[] text = new byte[length * 2];
        for (int i = 0; i < length; i++) {
            text[2 * i] = DIGITS[(bytes[i] >> 4) & 0xf];
            text[2 * i + 1] = DIGITS[bytes[i] & 0xf];
        }
        return text;
    }

    private static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        if (c >= 'a' && c <= 'f') {
            return c - 'a' + 10;
        }
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    }
}
