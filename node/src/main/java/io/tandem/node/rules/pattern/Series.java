// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Elements in their order, each found by it: a trie of 32 branches a level over the order's bits, holes allowed.
 *
 * <p>Immutable: a change copies one array of 32 for each level, four of them among a hundred thousand elements, and shares
 * the rest.
 */
final class Series<E extends Ordered> {
    private static final int BITS = 5;
    private static final int WIDTH = 1 << BITS;
    private static final int MASK = WIDTH - 1;

    private static final Series<?> EMPTY = new Series<>(null, 0, 0);

    private final @Nullable Object @Nullable [] root;
    private final int shift;
    private final int size;

    private Series(@Nullable Object @Nullable [] root, int shift, int size) {
        this.root = root;
        this.shift = shift;
        this.size = size;
    }

    @SuppressWarnings("unchecked") // it has no elements
    static <E extends Ordered> Series<E> empty() {
        return (Series<E>) EMPTY;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** With {@code element}, in the place of the one of the same order if there is one. */
    Series<E> with(E element) {
        long order = element.order();
        int depth = shift;
        @Nullable Object @Nullable [] node = root;
        while (order >>> depth >= WIDTH) {
            if (node != null) {
                @Nullable Object[] above = new @Nullable Object[WIDTH];
                above[0] = node;
                node = above;
            }
            depth += BITS;
        }
        int added = get(order) == null ? 1 : 0;
        return new Series<>(insert(node, depth, order, element), depth, size + added);
    }

    private static @Nullable Object[] insert(
            @Nullable Object @Nullable [] node, int shift, long order, Object element) {
        @Nullable Object[] copy = node == null ? new @Nullable Object[WIDTH] : node.clone();
        int slot = (int) (order >>> shift) & MASK;
        copy[slot] = shift == 0 ? element : insert(child(copy, slot), shift - BITS, order, element);
        return copy;
    }

    private static @Nullable Object @Nullable [] child(@Nullable Object[] node, int slot) {
        return (@Nullable Object[]) node[slot];
    }

    /** Without the element of that order; this where there is none. */
    Series<E> without(long order) {
        if (get(order) == null || root == null) {
            return this;
        }
        @Nullable Object[] left = remove(root, shift, order);
        return left == null ? empty() : new Series<>(left, shift, size - 1);
    }

    private static @Nullable Object @Nullable [] remove(@Nullable Object[] node, int shift, long order) {
        int slot = (int) (order >>> shift) & MASK;
        @Nullable Object[] below = shift == 0 ? null : child(node, slot);
        @Nullable Object[] copy = node.clone();
        copy[slot] = below == null ? null : remove(below, shift - BITS, order);
        if (copy[slot] != null) {
            return copy;
        }
        for (Object other : copy) {
            if (other != null) {
                return copy;
            }
        }
        return null;
    }

    /** The element of that order, or null. */
    @SuppressWarnings("unchecked") // only elements are at the bottom
    @Nullable E get(long order) {
        if (order < 0 || order >>> shift >= WIDTH) {
            return null;
        }
        @Nullable Object[] node = root;
        for (int depth = shift; node != null && depth > 0; depth -= BITS) {
            node = child(node, (int) (order >>> depth) & MASK);
        }
        return node == null ? null : (E) node[(int) order & MASK];
    }

    /** The first element whose order is {@code from} or more, or null. Allocates nothing. */
    @Nullable E from(long from) {
        return root == null || from >>> shift >= WIDTH ? null : from(root, shift, from);
    }

    @SuppressWarnings("unchecked") // only elements are at the bottom
    private @Nullable E from(@Nullable Object[] node, int depth, long from) {
        int first = (int) (from >>> depth) & MASK;
        for (int slot = first; slot < WIDTH; slot++) {
            Object at = node[slot];
            if (at != null) {
                E found = depth == 0 ? (E) at : from((@Nullable Object[]) at, depth - BITS, slot == first ? from : 0);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    void forEach(Consumer<? super E> consumer) {
        for (E element = from(0); element != null; element = from(element.order() + 1)) {
            consumer.accept(element);
        }
    }
}
