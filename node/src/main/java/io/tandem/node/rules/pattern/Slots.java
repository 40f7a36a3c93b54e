// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import java.lang.reflect.Array;

/** Copies of packed arrays with one element changed. */
final class Slots {
    private Slots() {}

    static Object[] inserted(Object[] slots, int at, Object value) {
        Object[] copy = opened(slots, at, new Object[slots.length + 1]);
        copy[at] = value;
        return copy;
    }

    static Object[] replaced(Object[] slots, int at, Object value) {
        Object[] copy = slots.clone();
        copy[at] = value;
        return copy;
    }

    static Object[] removed(Object[] slots, int at) {
        return closed(slots, at, new Object[slots.length - 1]);
    }

    /**
     * Copies the elements of an array with room for one between them.
     *
     * @param from any array
     * @param to one of the same kind that is longer by one
     * @return {@code to}
     */
    static <A> A opened(A from, int at, A to) {
        System.arraycopy(from, 0, to, 0, at);
        System.arraycopy(from, at, to, at + 1, Array.getLength(from) - at);
        return to;
    }

    /** Copies the elements of an array but for one into another that is shorter by one, and answers that. */
    static <A> A closed(A from, int at, A to) {
        System.arraycopy(from, 0, to, 0, at);
        System.arraycopy(from, at + 1, to, at, Array.getLength(to) - at);
        return to;
    }
}
