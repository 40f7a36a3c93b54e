// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

import java.util.Arrays;

/** A set of bytes, 0..255. Immutable. */
final class ByteSet {
    /** How many bytes there are. */
    static final int BYTES = 256;

    private static final int CASE = 0x20;

    static final ByteSet EMPTY = new ByteSet(new long[BYTES / Long.SIZE]);
    static final ByteSet NEWLINE = of('\n');
    static final ByteSet WORD =
            range('a', 'z').or(range('A', 'Z')).or(range('0', '9')).or(of('_'));

    private final long[] bits;

    private ByteSet(long[] bits) {
        this.bits = bits;
    }

    static ByteSet of(int value) {
        long[] bits = new long[BYTES / Long.SIZE];
        bits[value >> 6] = 1L << value;
        return new ByteSet(bits);
    }

    /** The bytes from {@code first} to {@code last}, both included. */
    static ByteSet range(int first, int last) {
        long[] bits = new long[BYTES / Long.SIZE];
        for (int value = first; value <= last; value++) {
            bits[value >> 6] |= 1L << value;
        }
        return new ByteSet(bits);
    }

    boolean contains(int value) {
        return (bits[value >> 6] >>> value & 1) != 0;
    }

    ByteSet or(ByteSet other) {
        long[] both = bits.clone();
        for (int i = 0; i < both.length; i++) {
            both[i] |= other.bits[i];
        }
        return new ByteSet(both);
    }

    ByteSet and(ByteSet other) {
        return not().or(other.not()).not();
    }

    ByteSet not() {
        long[] others = new long[bits.length];
        for (int i = 0; i < others.length; i++) {
            others[i] = ~bits[i];
        }
        return new ByteSet(others);
    }

    /** With each letter in both cases: those of ASCII, as in PCRE2's own tables. */
    ByteSet folded() {
        long[] both = bits.clone();
        for (int upper = 'A'; upper <= 'Z'; upper++) {
            int lower = upper | CASE;
            if (contains(upper) || contains(lower)) {
                both[upper >> 6] |= 1L << upper | 1L << lower; // they share a word of bits
            }
        }
        return new ByteSet(both);
    }

    boolean isEmpty() {
        return size() == 0;
    }

    int size() {
        int size = 0;
        for (long word : bits) {
            size += Long.bitCount(word);
        }
        return size;
    }

    /** The least byte; -1 where there is none. */
    int first() {
        return next(0);
    }

    /** The least byte from {@code from} on, which may be beyond all; -1 where there is none. */
    int next(int from) {
        for (int value = from; value < BYTES; value = (value | Long.SIZE - 1) + 1) {
            long left = bits[value >> 6] >>> value;
            if (left != 0) {
                return value + Long.numberOfTrailingZeros(left);
            }
        }
        return -1;
    }

    /** Whether these are one byte, or one letter in both cases: what {@link #foldBit} makes one byte of. */
    boolean isOneCharacter() {
        return size() == 1 || isOneLetter();
    }

    private boolean isOneLetter() {
        int upper = first();
        return size() == 2 && upper >= 'A' && upper <= 'Z' && contains(upper | CASE);
    }

    /** What to set in a byte before it is compared with {@link #folding}. */
    int foldBit() {
        return isOneLetter() ? CASE : 0;
    }

    /** The byte that all bytes of {@linkplain #isOneCharacter one character} become by {@link #foldBit}. */
    int folding() {
        return first() | foldBit();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ByteSet set && Arrays.equals(bits, set.bits);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bits);
    }
}
