// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex.automaton;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A set of what a text may be in the middle of. An item is a state of the {@link Nfa} that reads, or has matched, together with
 * what assertions have found out about the bytes ahead, which the bytes then have to bear out:
 *
 * <pre>
 *   item = state * 5 + ahead
 *   ahead  0 FREE     anything
 *          1 WORD     a letter, digit or underscore
 *          2 OTHER    some other byte, or the end
 *          3 NEWLINE  one newline, and the end
 *          4 ENDED    the end
 * </pre>
 *
 * Not thread-safe; the sets it answers are.
 */
final class Items {
    /** No items. */
    static final int[] NONE = {};

    private static final int MOST_WORK = 150_000;

    private static final int FREE = 0;
    private static final int WORD = 1;
    private static final int OTHER = 2;
    private static final int NEWLINE = 3;
    private static final int ENDED = 4;
    private static final int KINDS = 5;

    private final Nfa nfa;
    private final int[] seenAt;
    private final int[] stack;
    private final int[] found;
    private final boolean anyWordEdge;
    private int now;
    private int count;
    private boolean matched;
    private int work;

    /** @param anyWordEdge whether edges of words are taken for granted: the answers are then too large rather than exact */
    Items(Nfa nfa, boolean anyWordEdge) {
        this.nfa = nfa;
        this.anyWordEdge = anyWordEdge;
        seenAt = new int[nfa.size() * KINDS];
        stack = new int[seenAt.length];
        found = new int[seenAt.length];
    }

    /** Begins with a set that has none. */
    void clear() {
        now++;
        count = 0;
        matched = false;
    }

    /** Leaves these out of the set. */
    void leaveOut(int[] items) {
        for (int item : items) {
            seenAt[item] = now;
        }
    }

    void addAll(int[] items) {
        for (int item : items) {
            if (seenAt[item] != now) {
                seenAt[item] = now;
                found[count++] = item;
            }
        }
    }

    /** Adds what an expression begins with that begins in {@code state}. */
    void begin(int state, boolean textBegins) throws Beyond {
        enter(state * KINDS + FREE, textBegins, false);
    }

    /** The same within a text, behind a byte. */
    void begin(int state, int behind) throws Beyond {
        enter(state * KINDS + FREE, false, ByteSet.WORD.contains(behind));
    }

    /** Whether an item becomes something when {@code value} is read. */
    boolean reads(int item, int value) {
        ByteSet set = nfa.set(item / KINDS);
        if (set != null && !set.contains(value)) {
            return false;
        }
        return switch (item % KINDS) {
            case FREE -> true;
            case WORD -> ByteSet.WORD.contains(value);
            case OTHER -> !ByteSet.WORD.contains(value);
            case NEWLINE -> value == '\n';
            default -> false;
        };
    }

    /** Adds what an item becomes when {@code value} is read. */
    void read(int item, int value) throws Beyond {
        if (reads(item, value)) {
            advance(item / KINDS, item % KINDS, ByteSet.WORD.contains(value));
        }
    }

    /** Adds what an item becomes when any byte is read that it lets through. */
    void readAny(int item) throws Beyond {
        advance(item / KINDS, item % KINDS, false);
    }

    private void advance(int state, int ahead, boolean behindWord) throws Beyond {
        int to = state == Nfa.MATCH ? Nfa.MATCH : nfa.next(state);
        enter(to * KINDS + (ahead == NEWLINE ? ENDED : FREE), false, behindWord);
    }

    /** Adds what can be reached from an item without reading. */
    private void enter(int item, boolean textBegins, boolean behindWord) throws Beyond {
        int depth = push(item, 0);
        while (depth > 0) {
            int top = stack[--depth];
            int state = top / KINDS;
            int ahead = top % KINDS;
            Nfa.Place place = nfa.place(state);
            if (place != null) {
                depth = assertion(place, nfa.next(state), ahead, textBegins, behindWord, depth);
            } else if (nfa.other(state) >= 0) {
                depth = push(nfa.other(state) * KINDS + ahead, push(nfa.next(state) * KINDS + ahead, depth));
            } else if (top == Nfa.MATCH * KINDS + FREE) {
                matched = true;
            } else if (state == Nfa.MATCH || canRead(nfa.set(state), ahead)) {
                found[count++] = top;
            }
        }
    }

    private int push(int item, int depth) throws Beyond {
        if (++work > MOST_WORK) {
            throw new Beyond("too much work");
        }
        if (seenAt[item] == now) {
            return depth;
        }
        seenAt[item] = now;
        stack[depth] = item;
        return depth + 1;
    }

    private int assertion(Nfa.Place place, int next, int ahead, boolean textBegins, boolean behindWord, int depth)
            throws Beyond {
        int to = next * KINDS;
        boolean maybeEnd = ahead == FREE || ahead == OTHER;
        return switch (place) {
            case BEGIN -> textBegins ? push(to + ahead, depth) : depth;
            case END -> maybeEnd || ahead == ENDED ? push(to + ENDED, depth) : depth;
            case LINE_END -> {
                if (maybeEnd) {
                    yield push(to + NEWLINE, push(to + ENDED, depth));
                }
                yield ahead == WORD ? depth : push(to + ahead, depth);
            }
            case WORD_EDGE -> wordAhead(!behindWord, to, ahead, depth);
            case NO_WORD_EDGE -> wordAhead(behindWord, to, ahead, depth);
        };
    }

    /** What comes next must be a letter of a word, or must not. */
    private int wordAhead(boolean word, int to, int ahead, int depth) throws Beyond {
        if (anyWordEdge) {
            return push(to + ahead, depth);
        }
        if (ahead == FREE) {
            return push(to + (word ? WORD : OTHER), depth);
        }
        return (ahead == WORD) == word ? push(to + ahead, depth) : depth;
    }

    private static boolean canRead(@Nullable ByteSet set, int ahead) {
        return set != null && ahead != ENDED && (ahead != NEWLINE || set.contains('\n'));
    }

    /** Whether the expression has matched, whatever comes next. */
    boolean hasMatched() {
        return matched;
    }

    /** The set, in ascending order. */
    int[] items() {
        if (count == 0) {
            return NONE;
        }
        int[] items = Arrays.copyOf(found, count);
        Arrays.sort(items);
        return items;
    }

    /** Whether one of the items is a match if the text ends here. */
    static boolean matchAtEnd(int[] items) {
        for (int item : items) {
            if (item == Nfa.MATCH * KINDS + ENDED || item == Nfa.MATCH * KINDS + OTHER) {
                return true;
            }
        }
        return false;
    }

    /** Whether one of the items is a match if what comes next is as assertions found out. */
    static boolean mayMatch(int[] items) {
        for (int item : items) {
            if (item / KINDS == Nfa.MATCH) {
                return true;
            }
        }
        return false;
    }

    /** The bytes that one of the items may read, none of them a match. */
    ByteSet readable(int[] items) {
        ByteSet readable = ByteSet.EMPTY;
        for (int item : items) {
            ByteSet set = nfa.set(item / KINDS);
            if (set != null) {
                readable = readable.or(item % KINDS == NEWLINE ? ByteSet.NEWLINE : set);
            }
        }
        return readable;
    }
}
