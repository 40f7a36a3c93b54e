// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import java.util.BitSet;

/** Errors that do not end a handshake: {@code ca-ignore-err} and {@code crt-ignore-err}. Immutable. */
public final class IgnoredErrors {
    /** Every error counts. */
    public static final IgnoredErrors NONE = new IgnoredErrors(new BitSet(), "");

    /** HAProxy 2.6 takes the numbers from 32 to 63 and ends the handshake all the same, with {@code all} too. */
    private static final int FIRST_FIRM = 32;

    private static final int LAST_FIRM = 63;

    private final BitSet numbers;
    private final String text;

    private IgnoredErrors(BitSet numbers, String text) {
        this.numbers = numbers;
        this.text = text;
    }

    /**
     * Reads {@code all}, or numbers and OpenSSL's names with commas between them.
     *
     * @throws IllegalArgumentException worded as HAProxy
     */
    public static IgnoredErrors parse(String text) {
        BitSet numbers = new BitSet(CertificateError.LARGEST + 1);
        if (text.equals("all")) {
            numbers.set(0, CertificateError.LARGEST + 1);
            return new IgnoredErrors(numbers, text);
        }
        for (String word : text.split(",", -1)) {
            int number = CertificateError.number(word.strip());
            if (number < 1 || number > CertificateError.LARGEST) {
                throw new IllegalArgumentException("ID '" + number + "' out of range (1.." + CertificateError.LARGEST
                        + ") in error IDs list '" + text + "'");
            }
            numbers.set(number);
        }
        return new IgnoredErrors(numbers, text);
    }

    boolean contains(CertificateError error) {
        return !isFirm(error.number()) && numbers.get(error.number());
    }

    private static boolean isFirm(int number) {
        return number >= FIRST_FIRM && number <= LAST_FIRM;
    }

    /** The smallest of the errors that were asked to be ignored and never are; 0 for none, or for {@code all}. */
    public int firstFirm() {
        int first = numbers.nextSetBit(FIRST_FIRM);
        return !text.equals("all") && isFirm(first) ? first : 0;
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
