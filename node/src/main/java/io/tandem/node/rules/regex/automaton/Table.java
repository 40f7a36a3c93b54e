// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A deterministic automaton as it is run: one array with a row for each state, in which a state's number is where its row
 * begins.
 *
 * <pre>
 *   row     the state behind a byte of each class
 *           {@link #matched} where the text may end in this state
 *
 *           of a state that reads a literal:
 *   0       its length
 *   1       the state behind it
 *   2       which of the literals it is
 *
 *   states  0            no match any more
 *           matched      a match
 *           …            those that read a literal, up to {@link #search}
 *           search       those of a search that has found nothing, up to {@link #others}
 *           others       all else
 * </pre>
 *
 * Immutable.
 */
final class Table {
    /** The cells of the largest table; their numbers fit in a {@code char}. */
    static final int MOST_CELLS = 1 << Character.SIZE;

    static final int LITERAL_LENGTH = 0;
    static final int LITERAL_TARGET = 1;
    static final int LITERAL = 2;

    private static final int MATCHED = Determinizer.MATCHED;

    final byte[] classes;
    final char[] cells;
    /** The column that says whether the text may end. */
    final int endColumn;

    final int matched;
    final int search;
    final int others;
    /** The state in which a text begins. */
    final int initial;
    /** The state in which what is not the beginning of a text begins. */
    final int midway;
    /** The same behind a letter of a word. */
    final int behindWord;

    final Literals literals;

    /**
     * @param classes the class of each byte
     * @param rows for each state the successors by class, and whether the text may end; the first two are
     *     {@link Determinizer#DEAD} and {@link Determinizer#MATCHED}
     * @param hasLiterals whether literals are to be found, which are for texts that are read forwards
     */
    Table(byte[] classes, List<int[]> rows, boolean hasLiterals, int initial, int midway, int behindWord) {
        this.classes = classes;
        endColumn = rows.get(0).length - 1;
        int width = width(endColumn);
        BitSet alive = alive(rows);
        Literals.Builder reading = new Literals.Builder(classes, rows, alive, hasLiterals);
        int[] order = order(rows, alive, reading, midway, behindWord);
        char[] numbers = new char[rows.size()]; // 0 for those that can be left out
        for (int place = 0; place < order.length; place++) {
            numbers[order[place]] = (char) (place * width);
        }
        cells = new char[order.length * width];
        for (int place = MATCHED + 1; place < order.length; place++) {
            int[] row = rows.get(order[place]);
            for (int c = 0; c < row.length; c++) {
                cells[place * width + c] = numbers[row[c]];
            }
        }
        literals = reading.build();
        for (int literal = 0; literal < literals.count(); literal++) {
            int row = (MATCHED + 1 + literal) * width;
            cells[row + LITERAL_LENGTH] = (char) reading.length(literal);
            cells[row + LITERAL_TARGET] = numbers[reading.target(literal)];
            cells[row + LITERAL] = (char) literal;
        }
        this.initial = numbers[initial];
        this.midway = numbers[midway];
        this.behindWord = numbers[behindWord];
        matched = width * MATCHED;
        search = width * (MATCHED + 1 + literals.count());
        others = search + width * searching(alive, midway, behindWord).size();
    }

    /** The cells of a row, given the number of classes. */
    static int width(int classes) {
        return Math.max(classes + 1, LITERAL + 1);
    }

    /** The states from which a match can be reached. */
    private static BitSet alive(List<int[]> rows) {
        BitSet alive = new BitSet();
        alive.set(MATCHED);
        boolean more = true;
        while (more) {
            more = false;
            for (int state = rows.size() - 1; state > MATCHED; state--) { // successors mostly have higher numbers
                if (!alive.get(state) && leadsTo(alive, rows.get(state))) {
                    alive.set(state);
                    more = true;
                }
            }
        }
        return alive;
    }

    private static boolean leadsTo(BitSet states, int[] row) {
        for (int successor : row) {
            if (states.get(successor)) {
                return true;
            }
        }
        return false;
    }

    private static int[] order(List<int[]> rows, BitSet alive, Literals.Builder reading, int midway, int behindWord) {
        List<Integer> order = new ArrayList<>(List.of(Determinizer.DEAD, MATCHED));
        reading.states().stream().forEach(order::add);
        List<Integer> searching = searching(alive, midway, behindWord);
        order.addAll(searching);
        for (int state = MATCHED + 1; state < rows.size(); state++) {
            if (alive.get(state) && !reading.states().get(state) && !searching.contains(state)) {
                order.add(state);
            }
        }
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private static List<Integer> searching(BitSet alive, int midway, int behindWord) {
        List<Integer> searching = new ArrayList<>();
        if (midway > MATCHED && alive.get(midway)) {
            searching.add(midway);
        }
        if (behindWord != midway && behindWord > MATCHED && alive.get(behindWord)) {
            searching.add(behindWord);
        }
        return searching;
    }
}
