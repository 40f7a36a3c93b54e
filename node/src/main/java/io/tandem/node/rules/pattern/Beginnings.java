// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.frontend.http.Ascii;

/**
 * The bytes that patterns begin with, so that most places of a value are passed over by one look.
 *
 * @param low of 0 to 63, as bits; and so on
 */
record Beginnings(long low, long second, long third, long high) {
    static final Beginnings NONE = new Beginnings(0, 0, 0, 0);

    boolean has(byte b) {
        int word = (b & 0xFF) >>> 6;
        long bits = word == 1 ? second : word == 0 ? low : word == 2 ? third : high;
        return (bits >>> (b & 63) & 1) != 0;
    }

    /** With that of {@code key}; one without bytes begins everywhere. */
    Beginnings with(byte[] key, boolean fold) {
        if (key.length == 0) {
            return new Beginnings(-1, -1, -1, -1);
        }
        byte lower = Ascii.toLower(key[0]);
        boolean isLetter = lower >= 'a' && lower <= 'z';
        return fold && isLetter ? with(lower).with((byte) (lower - 32)) : with(key[0]);
    }

    private Beginnings with(byte b) {
        int word = (b & 0xFF) >>> 6;
        long bit = 1L << (b & 63);
        return new Beginnings(
                word == 0 ? low | bit : low,
                word == 1 ? second | bit : second,
                word == 2 ? third | bit : third,
                word == 3 ? high | bit : high);
    }
}
