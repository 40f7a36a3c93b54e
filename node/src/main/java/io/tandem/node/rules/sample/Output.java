// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.frontend.http.Ascii;

/** Bytes that a format writes; bounded, what does not fit is cut off. One per event loop. */
public final class Output {
    /** Below it numbers have five digits at most. */
    private static final int SMALL = 100_000;

    private static final byte[] DIGITS = Text.bytes("0123456789ABCDEF");

    private final byte[] bytes;
    private int length;
    private boolean cut;
    private final Sample value = new Sample();

    public Output(int size) {
        bytes = new byte[size];
    }

    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** Whether something did not fit. */
    public boolean isCut() {
        return cut;
    }

    /** A sample for parts that evaluate expressions. */
    public Sample value() {
        return value;
    }

    public void clear() {
        length = 0;
        cut = false;
    }

    /** Ends the bytes at {@code newLength}: after writing into {@link #bytes} directly, or to take something back. */
    public void length(int newLength) {
        length = newLength;
    }

    public void append(byte[] from, int start, int end) {
        int count = Math.min(end - start, bytes.length - length);
        cut |= count < end - start;
        System.arraycopy(from, start, bytes, length, count);
        length += count;
    }

    public void append(byte[] text) {
        append(text, 0, text.length);
    }

    public void append(char c) {
        if (length < bytes.length) {
            bytes[length++] = (byte) c;
        } else {
            cut = true;
        }
    }

    /** A text of the process, such as a server's name; one byte a character. */
    @SuppressWarnings("deprecation") // String.getBytes(int, int, byte[], int) is the one copy without an object
    public void append(String text) {
        int count = Math.min(text.length(), bytes.length - length);
        cut |= count < text.length();
        text.getBytes(0, count, bytes, length);
        length += count;
    }

    public void append(long number) {
        if (number < 0 || number >= SMALL) {
            appendLong(number);
            return;
        }
        int rest = (int) number;
        int end = length + digits(rest);
        if (end > bytes.length) {
            cut = true;
            return;
        }
        for (int at = end - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length = end;
    }

    /** Most numbers are times and counts. */
    private static int digits(int number) {
        return number < 10 ? 1 : number < 100 ? 2 : number < 1000 ? 3 : number < 10_000 ? 4 : 5;
    }

    private void appendLong(long number) {
        if (bytes.length - length < 20) {
            cut = true;
            return;
        }
        int end = length + 20;
        int at = Ascii.decimalBackwards(bytes, end, number);
        System.arraycopy(bytes, at, bytes, length, end - at);
        length += end - at;
    }

    /** At least {@code digits} digits, zeros in front. */
    public void appendPadded(long number, int digits) {
        long bound = 10;
        for (int i = 1; i < digits; i++) {
            if (number < bound) {
                append('0');
            }
            bound *= 10;
        }
        append(number);
    }

    /** {@code digits} hexadecimal digits in capitals. */
    public void appendHex(long number, int digits) {
        for (int i = digits - 1; i >= 0; i--) {
            append((char) DIGITS[(int) (number >> (i * 4)) & 0xF]);
        }
    }
}
