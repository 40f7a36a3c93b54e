// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the next place where a match may begin, in less time than the automaton would take to pass the bytes before. Immutable. */
abstract sealed class Skip {
    private static final int WINDOW = Byte.SIZE;

    /**
     * The first place from {@code at} on where a match may begin.
     *
     * @return {@code end} at most; -1 where no match begins any more
     */
    abstract int next(byte[] bytes, int at, int end);

    /** A skip for matches that begin in a state of the Nfa; null where it would find something nearly everywhere. */
    static @Nullable Skip of(Nfa nfa, int entry) throws Beyond {
        List<ByteSet> window = window(nfa, entry);
        if (window.isEmpty() || window.get(0).isEmpty()) {
            return null;
        }
        List<Integer> rarest = new ArrayList<>();
        double candidates = 1;
        for (int i = 0; i < window.size(); i++) {
            if (window.get(i).isOneCharacter()) {
                rarest.add(i);
            }
            candidates *= window.get(i).size() / (double) ByteSet.BYTES;
        }
        rarest.sort((a, b) -> Integer.compare(
                commonness(window.get(a).folding()), commonness(window.get(b).folding())));
        if (!rarest.isEmpty()) {
            return new Pair(window, rarest.get(0), rarest.get(Math.min(1, rarest.size() - 1)));
        }
        return candidates <= 0.25 ? new Window(window) : null;
    }

    /** The bytes that each of the first places of a match may hold, as many as a match has at least, eight at most. */
    private static List<ByteSet> window(Nfa nfa, int entry) throws Beyond {
        List<ByteSet> window = new ArrayList<>();
        Items items = new Items(nfa, true);
        items.clear();
        items.begin(entry, false);
        while (window.size() < WINDOW && !items.hasMatched() && !Items.mayMatch(items.items())) {
            int[] before = items.items();
            window.add(items.readable(before));
            items.clear();
            for (int item : before) {
                items.readAny(item);
            }
        }
        return window;
    }

    /** A guess how often a byte is in the texts of HTTP. */
    private static int commonness(int value) {
        return "QXZJK~^`|{}<>@#!$*'\\\"()[]+&%YVBUWGFDHNLPMRIOATESCqjxzkvwybg,;:=_fphdum987645clrnsio-ta 3021.e/"
                .indexOf(value);
    }

    /** Looks for two bytes of a match, or one, eight places at a time. */
    private static final class Pair extends Skip {
        private static final long ONES = 0x0101_0101_0101_0101L;
        private static final long HIGHS = 0x8080_8080_8080_8080L;

        private final int length;
        private final int far;
        private final int first;
        private final int second;
        private final long firstWord;
        private final long firstFold;
        private final long secondWord;
        private final long secondFold;

        Pair(List<ByteSet> window, int first, int second) {
            length = window.size();
            far = Math.max(first, second);
            this.first = first;
            this.second = second;
            firstWord = ONES * window.get(first).folding();
            firstFold = ONES * window.get(first).foldBit();
            secondWord = ONES * window.get(second).folding();
            secondFold = ONES * window.get(second).foldBit();
        }

        @Override
        int next(byte[] bytes, int at, int end) {
            int last = end - length;
            int place = at;
            while (place <= last) {
                int base = Math.min(place, end - far - Long.BYTES);
                if (base < 0) {
                    return slowly(bytes, place, last);
                }
                long difference = (Literals.wordAt(bytes, base + first) | firstFold) ^ firstWord
                        | (Literals.wordAt(bytes, base + second) | secondFold) ^ secondWord;
                // The lowest byte that is zero has its highest bit set here, and none below it that is not.
                long zeros = (difference - ONES) & ~difference & HIGHS & -1L << Byte.SIZE * (place - base);
                if (zeros != 0) {
                    int found = base + Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
                    return found <= last ? found : -1;
                }
                place = base + Long.BYTES;
            }
            return -1;
        }

        private int slowly(byte[] bytes, int at, int last) {
            for (int place = at; place <= last; place++) {
                if (((bytes[place + first] | firstFold) ^ firstWord | (bytes[place + second] | secondFold) ^ secondWord)
                                << Long.SIZE - Byte.SIZE
                        == 0) {
                    return place;
                }
            }
            return -1;
        }
    }

    /** Looks for bytes that each fit their place, all places of the window at a time (Baeza-Yates and Gonnet's Shift-And). */
    private static final class Window extends Skip {
        private final byte[] places = new byte[ByteSet.BYTES]; // for each byte the places that it fits, a bit each
        private final int length;
        private final int whole;

        Window(List<ByteSet> window) {
            length = window.size();
            whole = 1 << length - 1;
            for (int i = 0; i < length; i++) {
                ByteSet set = window.get(i);
                for (int value = set.first(); value >= 0; value = set.next(value + 1)) {
                    places[value] |= (byte) (1 << i);
                }
            }
        }

        @Override
        int next(byte[] bytes, int at, int end) {
            int fitting = 0;
            for (int place = at; place < end; place++) {
                fitting = (fitting << 1 | 1) & places[bytes[place] & 0xFF];
                if ((fitting & whole) != 0) {
                    return place - length + 1;
                }
            }
            return -1;
        }
    }
}
