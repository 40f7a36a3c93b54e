// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

/** Copies of packed arrays with one element changed. */
final class Slots {
    private Slots() {}

    static Object[] inserted(Object[] slots, int at, Object value) {
        Object[] copy = new Object[slots.length + 1];
        System.arraycopy(slots, 0, copy, 0, at);
        copy[at] = value;
        System.arraycopy(slots, at, copy, at + 1, slots.length - at);
        return copy;
    }

    static Object[] replaced(Object[] slots, int at, Object value) {
        Object[] copy = slots.clone();
        copy[at] = value;
        return copy;
    }

    static Object[] removed(Object[] slots, int at) {
        Object[] copy = new Object[slots.length - 1];
        System.arraycopy(slots, 0, copy, 0, at);
        System.arraycopy(slots, at + 1, copy, at, copy.length - at);
        return copy;
    }
}
