// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes an {@link Nfa} deterministic: each set of items that a text can lead to becomes a state. Bytes that no expression's
 * part tells from one another are one class.
 *
 * <p>When searching, the expression begins anew behind each byte. The items of a beginning are in every set therefore, and not
 * written down with it: a list of a thousand words has thousands of sets, all with the same thousand beginnings.
 */
final class Determinizer {
    /** A state without a way to a match. */
    static final int DEAD = 0;
    /** The expression has matched, whatever follows. */
    static final int MATCHED = 1;

    /** States for each state of the Nfa: what needs more is one of those that grow exponentially. */
    private static final int GROWTH = 4;

    private static final int FEW_STATES = 64;
    private static final int MOST_CLASSES = 120;
    private static final int UNKNOWN = -1;

    private final Nfa nfa;
    private final int entry;
    private final boolean searches;
    private final boolean words;
    private final Items items;

    private final byte[] classes = new byte[ByteSet.BYTES];
    private final int[] examples; // a byte of each class
    private final int[][] beginnings = {Items.NONE, Items.NONE}; // [behind a word or not]
    private final int[][][] begun; // [behind a word or not][class]: what they become
    private final boolean[][] begunMatched;
    private final int[][] begunNumbers; // the states when nothing else is read

    private final Map<IntBuffer, Integer> numbers = new HashMap<>();
    private final List<int[]> sets = new ArrayList<>(); // the last element is 1 behind a letter of a word
    private final List<int[]> rows = new ArrayList<>();

    /**
     * @param entry where the expression begins
     * @param searches whether it may begin anywhere in a text
     */
    private Determinizer(Nfa nfa, int entry, boolean searches) throws Beyond {
        this.nfa = nfa;
        this.entry = entry;
        this.searches = searches;
        words = nfa.asksForWords();
        items = new Items(nfa, false);
        examples = classify();
        begun = new int[2][examples.length][];
        Arrays.fill(begun[0], Items.NONE);
        Arrays.fill(begun[1], Items.NONE);
        begunMatched = new boolean[2][examples.length];
        begunNumbers = new int[2][examples.length];
        Arrays.fill(begunNumbers[0], UNKNOWN);
        Arrays.fill(begunNumbers[1], UNKNOWN);
    }

    /** @throws Beyond where that takes too many states, or too long */
    static Table determine(Nfa nfa, int entry, boolean searches) throws Beyond {
        return new Determinizer(nfa, entry, searches).table();
    }

    /** Splits the bytes into classes, and answers an example of each. */
    private int[] classify() throws Beyond {
        int[] sizes = new int[MOST_CLASSES];
        sizes[0] = ByteSet.BYTES;
        int count = 1;
        for (ByteSet set : nfa.distinctions()) {
            int[] inside = new int[count];
            for (int value = set.first(); value >= 0; value = set.next(value + 1)) {
                inside[classes[value]]++;
            }
            // Of each class that has bytes in the set and others, those in the set become a new one.
            int[] moveTo = new int[count];
            for (int old = 0; old < inside.length; old++) {
                moveTo[old] = old;
                if (inside[old] > 0 && inside[old] < sizes[old]) {
                    if (count == MOST_CLASSES) {
                        throw new Beyond("too many classes");
                    }
                    moveTo[old] = count;
                    sizes[old] -= inside[old];
                    sizes[count++] = inside[old];
                }
            }
            for (int value = set.first(); value >= 0; value = set.next(value + 1)) {
                classes[value] = (byte) moveTo[classes[value]];
            }
        }
        int[] first = new int[count];
        for (int value = ByteSet.BYTES - 1; value >= 0; value--) {
            first[classes[value]] = value;
        }
        return first;
    }

    private Table table() throws Beyond {
        rows.add(new int[examples.length + 1]);
        rows.add(new int[examples.length + 1]);
        sets.add(Items.NONE);
        sets.add(Items.NONE);
        if (searches && prepareBeginnings()) {
            return new Table(classes, rows, searches, MATCHED, MATCHED, MATCHED);
        }
        int midway = number(Items.NONE, 0);
        int behindWord = searches && words ? number(Items.NONE, 1) : midway;
        items.clear();
        items.leaveOut(beginnings[0]);
        items.begin(entry, true);
        int initial = items.hasMatched() ? MATCHED : number(items.items(), 0);
        for (int state = MATCHED + 1; state < sets.size(); state++) {
            rows.add(row(sets.get(state)));
        }
        return new Table(classes, rows, searches, initial, midway, behindWord);
    }

    /** Answers whether the expression matches nothing at all, and therefore everywhere. */
    private boolean prepareBeginnings() throws Beyond {
        for (int behind = 0; behind < (words ? 2 : 1); behind++) {
            items.clear();
            items.begin(entry, behind == 0 ? '\n' : 'a');
            if (items.hasMatched()) {
                return true;
            }
            beginnings[behind] = items.items();
        }
        for (int behind = 0; behind < (words ? 2 : 1); behind++) {
            for (int c = 0; c < examples.length; c++) {
                items.clear();
                items.leaveOut(beginnings[isWord(c)]);
                for (int item : beginnings[behind]) {
                    items.read(item, examples[c]);
                }
                begun[behind][c] = items.items();
                begunMatched[behind][c] = items.hasMatched();
            }
        }
        return false;
    }

    private int isWord(int c) {
        return searches && words && ByteSet.WORD.contains(examples[c]) ? 1 : 0;
    }

    private int[] row(int[] set) throws Beyond {
        int count = set.length - 1;
        int behind = set[count];
        int[] own = Arrays.copyOf(set, count);
        int[] row = new int[examples.length + 1];
        for (int c = 0; c < examples.length; c++) {
            row[c] = successor(own, behind, c);
        }
        boolean matches = Items.matchAtEnd(own) || Items.matchAtEnd(beginnings[behind]);
        row[examples.length] = matches ? MATCHED : DEAD;
        return row;
    }

    private int successor(int[] own, int behind, int c) throws Beyond {
        int example = examples[c];
        int reading = 0;
        while (reading < own.length && !items.reads(own[reading], example)) {
            reading++;
        }
        if (reading == own.length) { // nothing that began before goes on: so it is mostly
            return begunAnew(behind, c);
        }
        if (begunMatched[behind][c]) {
            return MATCHED;
        }
        beginWith(behind, c);
        for (int i = reading; i < own.length; i++) {
            items.read(own[i], example);
        }
        return items.hasMatched() ? MATCHED : number(items.items(), isWord(c));
    }

    private int begunAnew(int behind, int c) throws Beyond {
        if (begunNumbers[behind][c] == UNKNOWN) {
            beginWith(behind, c);
            begunNumbers[behind][c] = begunMatched[behind][c] ? MATCHED : number(items.items(), isWord(c));
        }
        return begunNumbers[behind][c];
    }

    private void beginWith(int behind, int c) {
        items.clear();
        items.leaveOut(beginnings[isWord(c)]);
        items.addAll(begun[behind][c]);
    }

    private int number(int[] own, int behind) throws Beyond {
        if (own.length == 0 && beginnings[behind].length == 0) {
            return DEAD;
        }
        int[] set = Arrays.copyOf(own, own.length + 1);
        set[own.length] = behind;
        Integer known = numbers.putIfAbsent(IntBuffer.wrap(set), sets.size());
        if (known != null) {
            return known;
        }
        if (sets.size() > FEW_STATES + GROWTH * nfa.size()
                || (sets.size() + 1) * Table.width(examples.length) > Table.MOST_CELLS) {
            throw new Beyond("too many states");
        }
        sets.add(set);
        return sets.size() - 1;
    }
}
