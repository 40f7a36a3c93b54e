// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

/**
 * The dates in cookies with {@code maxidle} or {@code maxlife}, as HAProxy writes them: units of four seconds since 1970 in
 * five digits of base 64. Pure.
 */
final class CookieDate {
    static final int LENGTH = 5;

    private static final String DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private CookieDate() {}

    static String encode(long seconds) {
        long units = seconds >> 2;
        StringBuilder text = new StringBuilder(LENGTH);
        for (int shift = 6 * (LENGTH - 1); shift >= 0; shift -= 6) {
            text.append(DIGITS.charAt((int) (units >> shift & 63)));
        }
        return text.toString();
    }

    /** Seconds since 1970, or -1 where {@code bytes} from {@code start} on are no date. */
    static long decode(byte[] bytes, int start, int end) {
        if (end - start < LENGTH) {
            return -1;
        }
        long units = 0;
        for (int i = start; i < start + LENGTH; i++) {
            int digit = DIGITS.indexOf(bytes[i]);
            if (digit < 0) {
                return -1;
            }
            units = units << 6 | digit;
        }
        return units << 2;
    }
}
