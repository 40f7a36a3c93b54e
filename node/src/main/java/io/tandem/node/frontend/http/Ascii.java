// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

/** ASCII as protocols use it: case only in A to Z. */
public final class Ascii {
    private Ascii() {}

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

    /** Writes {@code number} in decimal, the last digit just before {@code end}; answers where the first one is. */
    public static int decimalBackwards(byte[] bytes, int end, long number) {
        int at = end;
        long rest = number < 0 ? -number : number;
        do {
            bytes[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (number < 0) {
            bytes[--at] = '-';
        }
        return at;
    }
}
