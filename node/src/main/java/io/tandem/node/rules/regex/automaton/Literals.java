// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Texts of two to eight bytes that are all that leads on from a state: they are compared at once. The bytes are numbers of 64
 * bits, the first the lowest. Immutable.
 */
final class Literals {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long[] words;
    private final long[] folds;

    private Literals(long[] words, long[] folds) {
        this.words = words;
        this.folds = folds;
    }

    /** Eight bytes, {@code at} at least eight before the array's end. */
    static long wordAt(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    int count() {
        return words.length;
    }

    /** Whether the bytes at {@code at}, as many as {@code length} at least, are the literal. */
    boolean isAt(int literal, int length, byte[] bytes, int at) {
        long word = at + Long.BYTES <= bytes.length ? wordAt(bytes, at) : shortWord(bytes, at, length);
        return ((word | folds[literal]) ^ words[literal]) << (Long.SIZE - Byte.SIZE * length) == 0;
    }

    private static long shortWord(byte[] bytes, int at, int length) {
        long word = 0;
        for (int i = length - 1; i >= 0; i--) {
            word = word << Byte.SIZE | (bytes[at + i] & 0xFF);
        }
        return word;
    }

    /** Finds the states that read a literal. */
    static final class Builder {
        private final List<int[]> rows;
        private final BitSet alive;
        private final int[] characters; // of each class the one it is, or -1
        private final int[] folds; // what makes it that of its other case
        private final BitSet states = new BitSet();
        private final List<long[]> found = new ArrayList<>(); // word, fold, length, target

        /**
         * @param alive the states from which a match can be reached
         * @param looks whether to find any
         */
        Builder(byte[] classes, List<int[]> rows, BitSet alive, boolean looks) {
            this.rows = rows;
            this.alive = alive;
            characters = new int[rows.get(0).length - 1];
            folds = new int[characters.length];
            if (looks) {
                findCharacters(classes);
                for (int state = Determinizer.MATCHED + 1; state < rows.size(); state++) {
                    read(state);
                }
            }
        }

        private void findCharacters(byte[] classes) {
            ByteSet[] members = new ByteSet[characters.length];
            Arrays.fill(members, ByteSet.EMPTY);
            int[] sizes = new int[characters.length];
            for (int value = 0; value < classes.length; value++) {
                int c = classes[value];
                if (sizes[c]++ < 2) {
                    members[c] = members[c].or(ByteSet.of(value));
                }
            }
            for (int c = 0; c < sizes.length; c++) {
                boolean is = sizes[c] <= 2 && members[c].isOneCharacter();
                characters[c] = is ? members[c].folding() : -1;
                folds[c] = is ? members[c].foldBit() : 0;
            }
        }

        private void read(int state) {
            long word = 0;
            long fold = 0;
            int length = 0;
            int at = state;
            for (int c = only(at); c >= 0 && length < Long.BYTES; c = only(at)) {
                word |= (long) characters[c] << Byte.SIZE * length;
                fold |= (long) folds[c] << Byte.SIZE * length;
                length++;
                at = rows.get(at)[c];
            }
            if (length > 1) {
                states.set(state);
                found.add(new long[] {word, fold, length, at});
            }
        }

        /** The class that alone leads on from a state, where it is one character; -1 where there is none. */
        private int only(int state) {
            if (state <= Determinizer.MATCHED || !alive.get(state)) {
                return -1;
            }
            int[] row = rows.get(state);
            int only = -1;
            for (int c = 0; c < row.length; c++) {
                if (alive.get(row[c])) {
                    if (only >= 0 || c == characters.length) {
                        return -1;
                    }
                    only = c;
                }
            }
            return only >= 0 && characters[only] >= 0 ? only : -1;
        }

        /** The states that read a literal, in the order of the literals. */
        BitSet states() {
            return states;
        }

        /** How many bytes a literal has, 2..8. */
        int length(int literal) {
            return (int) found.get(literal)[2];
        }

        /** The state to which a literal leads. */
        int target(int literal) {
            return (int) found.get(literal)[3];
        }

        Literals build() {
            return new Literals(
                    found.stream().mapToLong(literal -> literal[0]).toArray(),
                    found.stream().mapToLong(literal -> literal[1]).toArray());
        }
    }
}
