// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An expression's states before they are made deterministic (Thompson's construction): of each one a byte is read, or two ways
 * lead on, or a place is asked for. Written from the end to the beginning; state 0 is the match. Not thread-safe.
 */
final class Nfa {
    /** The state in which an expression has matched. */
    static final int MATCH = 0;

    private static final int MOST_STATES = 4096;
    private static final int MOST_WORK = 4 * MOST_STATES;
    private static final int NONE = -1;

    /** Where nothing is read, but something asked. */
    enum Place {
        /** {@code ^}. */
        BEGIN,
        /** {@code \z}. */
        END,
        /** {@code $}, {@code \Z}: the end, or the newline with which the text ends. */
        LINE_END,
        /** {@code \b}. */
        WORD_EDGE,
        /** {@code \B}. */
        NO_WORD_EDGE
    }

    private int[] next = {NONE, NONE, NONE, NONE};
    private int[] other = {NONE, NONE, NONE, NONE};
    private @Nullable ByteSet[] sets = new @Nullable ByteSet[4];
    private @Nullable Place[] places = new @Nullable Place[4];
    private int size = 1;
    private int work;

    /** Counts a step of writing: an expression of ten letters may stand for millions of them. */
    void spend() throws Beyond {
        if (++work > MOST_WORK) {
            throw new Beyond("too much work");
        }
    }

    int bytes(ByteSet bytes, int to) throws Beyond {
        int state = add(to);
        sets[state] = bytes;
        return state;
    }

    int split(int to, int orTo) throws Beyond {
        int state = add(to);
        other[state] = orTo;
        return state;
    }

    int assertion(Place place, int to) throws Beyond {
        int state = add(to);
        places[state] = place;
        return state;
    }

    private int add(int to) throws Beyond {
        spend();
        if (size == MOST_STATES) {
            throw new Beyond("too many states");
        }
        if (size == next.length) {
            next = Arrays.copyOf(next, 2 * size);
            other = Arrays.copyOf(other, 2 * size);
            sets = Arrays.copyOf(sets, 2 * size);
            places = Arrays.copyOf(places, 2 * size);
        }
        next[size] = to;
        other[size] = NONE;
        return size++;
    }

    /** Lets one way of a split lead elsewhere. */
    void redirect(int split, int to) {
        next[split] = to;
    }

    int size() {
        return size;
    }

    int next(int state) {
        return next[state];
    }

    /** The second way of a split; negative where there is none. */
    int other(int state) {
        return other[state];
    }

    /** What is read; null where nothing is. */
    @Nullable ByteSet set(int state) {
        return sets[state];
    }

    /** What is asked; null where nothing is. */
    @Nullable Place place(int state) {
        return places[state];
    }

    /** Whether it is asked for edges of words: then what comes next depends on the byte before. */
    boolean asksForWords() {
        return asks(Place.WORD_EDGE) || asks(Place.NO_WORD_EDGE);
    }

    private boolean asks(Place place) {
        return Arrays.asList(places).contains(place);
    }

    /** The sets that make a difference, each once. */
    Set<ByteSet> distinctions() {
        Set<ByteSet> distinct = new LinkedHashSet<>();
        for (int state = 0; state < size; state++) {
            ByteSet set = sets[state];
            if (set != null) {
                distinct.add(set);
            }
        }
        if (asks(Place.LINE_END)) {
            distinct.add(ByteSet.NEWLINE);
        }
        if (asksForWords()) {
            distinct.add(ByteSet.WORD);
            distinct.add(ByteSet.NEWLINE);
        }
        return distinct;
    }
}
