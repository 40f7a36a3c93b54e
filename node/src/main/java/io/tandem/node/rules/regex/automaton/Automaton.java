// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

import org.jspecify.annotations.Nullable;

/**
 * A regular expression that says in one pass over the bytes whether it matches, and nothing else. Immutable, used by any
 * thread. Allocates nothing, and takes at most two steps a byte whatever the bytes are.
 */
public abstract sealed class Automaton permits Automaton.Forward, Automaton.Backward {
    /**
     * An automaton for an expression of PCRE2 over bytes.
     *
     * @param text the expression, one character a byte
     * @return null where the expression is not known to be regular, is none that PCRE2 compiles, or would take too much memory
     */
    public static @Nullable Automaton of(String text, boolean ignoreCase) {
        try {
            Node expression = Parser.parse(text, ignoreCase);
            Node ending = expression.withoutLineEnd();
            return ending == null || ending.asksForEdges()
                    ? forward(expression)
                    : backwardOrForward(ending.backwards(), expression);
        } catch (Beyond beyond) {
            return null;
        }
    }

    private static Automaton backwardOrForward(Node reversed, Node expression) throws Beyond {
        try {
            Nfa nfa = new Nfa();
            return new Backward(Determinizer.determine(nfa, reversed.writeTo(nfa, Nfa.MATCH), false));
        } catch (Beyond tooLarge) {
            return forward(expression);
        }
    }

    private static Automaton forward(Node expression) throws Beyond {
        Nfa nfa = new Nfa();
        int entry = expression.writeTo(nfa, Nfa.MATCH);
        return new Forward(Determinizer.determine(nfa, entry, true), Skip.of(nfa, entry), nfa.asksForWords());
    }

    /**
     * Whether the expression matches anywhere in the slice.
     *
     * @param textBegins whether the slice is the text's beginning, as {@code ^} asks
     */
    public abstract boolean matches(byte[] bytes, int start, int end, boolean textBegins);

    /** Reads from the beginning. */
    static final class Forward extends Automaton {
        private final char[] cells;
        private final byte[] classes;
        private final Literals literals;
        private final int endColumn;
        private final int matched;
        private final int search;
        private final int special; // the states below are not simply looked up
        private final int initial;
        private final int midway;
        private final int behindWord;
        private final @Nullable Skip skip;

        Forward(Table table, @Nullable Skip skip, boolean words) {
            cells = table.cells;
            classes = table.classes;
            literals = table.literals;
            endColumn = table.endColumn;
            matched = table.matched;
            search = table.search;
            special = skip == null ? table.search : table.others;
            initial = table.initial;
            midway = table.midway;
            behindWord = words ? table.behindWord : table.midway;
            this.skip = skip;
        }

        @Override
        public boolean matches(byte[] bytes, int start, int end, boolean textBegins) {
            int state = textBegins ? initial : midway;
            int at = start;
            while (true) {
                if (state < special) {
                    if (state <= matched) {
                        return state == matched;
                    }
                    if (state < search) {
                        int length = cells[state + Table.LITERAL_LENGTH];
                        if (length > end - at || !literals.isAt(cells[state + Table.LITERAL], length, bytes, at)) {
                            return false;
                        }
                        at += length;
                        state = cells[state + Table.LITERAL_TARGET];
                        continue;
                    }
                    int found = skip == null ? at : skip.next(bytes, at, end);
                    if (found < 0) {
                        return false;
                    }
                    if (found > at) {
                        at = found;
                        state = ByteSet.WORD.contains(bytes[found - 1] & 0xFF) ? behindWord : midway;
                    }
                } else if (at == end) {
                    return cells[state + endColumn] == matched;
                }
                // A state that leads to itself is left only by a branch: the processor need not wait for the table.
                int next;
                do {
                    next = cells[state + classes[bytes[at++] & 0xFF]];
                } while (next == state && at < end);
                state = next;
            }
        }
    }

    /** Reads from the end, for what must match there. */
    static final class Backward extends Automaton {
        private final char[] cells;
        private final byte[] classes;
        private final int endColumn;
        private final int matched;
        private final int initial;

        Backward(Table table) {
            cells = table.cells;
            classes = table.classes;
            endColumn = table.endColumn;
            matched = table.matched;
            initial = table.initial;
        }

        @Override
        public boolean matches(byte[] bytes, int start, int end, boolean textBegins) {
            return endsAt(bytes, start, end)
                    || (end > start && bytes[end - 1] == '\n' && endsAt(bytes, start, end - 1));
        }

        private boolean endsAt(byte[] bytes, int start, int end) {
            int state = initial;
            int at = end;
            while (state > matched) {
                if (at == start) {
                    return cells[state + endColumn] == matched;
                }
                int next;
                do {
                    next = cells[state + classes[bytes[--at] & 0xFF]];
                } while (next == state && at > start);
                state = next;
            }
            return state == matched;
        }
    }
}
