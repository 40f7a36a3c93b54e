// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

/**
 * Field values that are lists (RFC 9110 section 5.6.1): elements between commas, with blanks around them. To walk one:
 *
 * <pre>
 * for (int from = start; from &lt;= end; from = comma + 1) {
 *     comma = elementEnd(bytes, from, end);
 *     first = skipBlanks(bytes, from, comma);
 *     last = trimBlanks(bytes, first, comma);
 * </pre>
 */
public final class FieldList {
    private FieldList() {}

    public static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    /** Where the comma behind the element at {@code from} stands, or {@code end}. */
    public static int elementEnd(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != ',') {
            at++;
        }
        return at;
    }

    /** The first byte at or behind {@code from} that is no blank, or {@code end}. */
    public static int skipBlanks(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && isBlank(bytes[at])) {
            at++;
        }
        return at;
    }

    /** {@code end} without the blanks before it, not below {@code from}. */
    public static int trimBlanks(byte[] bytes, int from, int end) {
        int at = end;
        while (at > from && isBlank(bytes[at - 1])) {
            at--;
        }
        return at;
    }

    /**
     * The number that a list holds, perhaps several times, as lengths do that gateways have joined (RFC 9110 section 8.6).
     *
     * @return -1 where it holds none, a different one too, or anything else
     */
    public static long number(byte[] bytes, int start, int end) {
        long number = -1;
        int at = start;
        while (true) {
            int digits = at;
            long value = 0;
            while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
                int digit = bytes[at++] - '0';
                if (value > (Long.MAX_VALUE - digit) / 10) {
                    return -1;
                }
                value = value * 10 + digit;
            }
            if (at == digits || (number >= 0 && number != value)) {
                return -1;
            }
            number = value;
            at = skipBlanks(bytes, at, end);
            if (at == end) {
                return number;
            }
            if (bytes[at++] != ',') {
                return -1;
            }
            at = skipBlanks(bytes, at, end);
        }
    }

    /** Where the first element ends, the blanks behind it left out. */
    public static int firstEnd(byte[] bytes, int start, int end) {
        return trimBlanks(bytes, start, elementEnd(bytes, start, end));
    }

    /** Where the element {@code lower} stands, whatever its case, or -1; {@code lower} is not empty. */
    public static int indexOf(byte[] bytes, int start, int end, byte[] lower) {
        int from = start;
        while (from < end) {
            int comma = elementEnd(bytes, from, end);
            int first = skipBlanks(bytes, from, comma);
            if (Ascii.isIgnoreCase(bytes, first, trimBlanks(bytes, first, comma), lower)) {
                return first;
            }
            from = comma + 1;
        }
        return -1;
    }
}
