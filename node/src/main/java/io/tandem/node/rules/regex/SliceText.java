// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import java.nio.charset.StandardCharsets;

/** A slice as characters, one a byte, that counts how often it is looked at and gives up when that is too often. */
final class SliceText implements CharSequence {
    private byte[] bytes = new byte[0];
    private int start;
    private int end;
    private int steps;

    void over(byte[] newBytes, int newStart, int newEnd) {
        bytes = newBytes;
        start = newStart;
        end = newEnd;
        steps = 0;
    }

    @Override
    public int length() {
        return end - start;
    }

    @Override
    public char charAt(int index) {
        if (++steps > RegexLimits.MATCHES) {
            throw new TooMuch();
        }
        return (char) (bytes[start + index] & 0xFF);
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        return new String(bytes, start + from, to - from, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    /** Thrown when the text was looked at too often. */
    static final class TooMuch extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooMuch() {
            super("regex gave up", null, false, false);
        }
    }
}
