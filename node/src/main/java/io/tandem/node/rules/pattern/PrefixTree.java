// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Network prefixes of up to 128 bits, for longest match: a tree bitmap (Eatherton, Varghese and Dittia, 2004) that reads six
 * bits a step.
 *
 * <pre>
 *   node: prefixes   63 bits: the prefixes of 0 to 5 bits that end in this node, shorter ones first
 *         children   64 bits: which of the 64 continuations have a node
 *         slots      buckets of those prefixes, then those nodes, packed in the order of their bits; the first one lies in
 *                    the node, as most nodes far down have no other: a cache line less on the way to it
 * </pre>
 *
 * An IPv4 look-up visits at most six nodes. Immutable: a change copies the nodes on its path.
 */
final class PrefixTree {
    static final PrefixTree EMPTY = new PrefixTree(null);

    private static final int STEP = 6;
    private static final long[] COVERING = covering();
    private static final Object[] NO_SLOTS = {};

    private final @Nullable Node root;

    private PrefixTree(@Nullable Node root) {
        this.root = root;
    }

    private static final class Node {
        static final Node EMPTY = new Node(0, 0, 0, null, NO_SLOTS);

        final long whole;
        final long partial;
        final long children;
        final @Nullable Object first;
        final Object[] others;

        Node(long whole, long partial, long children, @Nullable Object first, Object[] others) {
            this.whole = whole;
            this.partial = partial;
            this.children = children;
            this.first = first;
            this.others = others;
        }

        /** Of a slot that is in use. */
        @Nullable Object slot(int at) {
            return at == 0 ? first : others[at - 1];
        }

        Node replaced(int at, Object value) {
            return at == 0
                    ? new Node(whole, partial, children, value, others)
                    : new Node(whole, partial, children, first, Slots.replaced(others, at - 1, value));
        }

        /** With one slot more, whose bit is among those given. */
        Node inserted(long newWhole, long newPartial, long newChildren, int at, Object value) {
            if (at > 0) {
                return new Node(newWhole, newPartial, newChildren, first, Slots.inserted(others, at - 1, value));
            }
            Object[] moved = first == null ? NO_SLOTS : Slots.inserted(others, 0, first);
            return new Node(newWhole, newPartial, newChildren, value, moved);
        }

        /** Without a slot, whose bit is not among those given. */
        Node removed(long newWhole, long newPartial, long newChildren, int at) {
            if (at > 0) {
                return new Node(newWhole, newPartial, newChildren, first, Slots.removed(others, at - 1));
            }
            return others.length == 0
                    ? EMPTY
                    : new Node(newWhole, newPartial, newChildren, others[0], Slots.removed(others, 0));
        }

        int wholeSlot(long bit) {
            return Long.bitCount(whole & bit - 1);
        }

        int partialSlot(long bit) {
            return Long.bitCount(whole) + Long.bitCount(partial & bit - 1);
        }

        int childSlot(long bit) {
            return Long.bitCount(whole) + Long.bitCount(partial) + Long.bitCount(children & bit - 1);
        }

        boolean isEmpty() {
            return first == null;
        }
    }

    /** For six bits the positions of the prefixes that they begin with; the longest has the highest position. */
    private static long[] covering() {
        long[] all = new long[1 << STEP];
        for (int bits = 0; bits < all.length; bits++) {
            for (int length = 0; length < STEP; length++) {
                all[bits] |= 1L << position(bits >> STEP - length, length);
            }
        }
        return all;
    }

    private static int position(int prefix, int length) {
        return (1 << length) - 1 + prefix;
    }

    /** The six bits behind the first {@code 6 * depth}, zeros behind the last. */
    private static int bits(long high, long low, int depth) {
        int at = depth * STEP;
        if (at + STEP <= 64) {
            return (int) (high >>> 64 - STEP - at) & 63;
        }
        if (at < 64) {
            return (int) (high << at + STEP - 64 | low >>> 128 - STEP - at) & 63;
        }
        int shift = 128 - STEP - at;
        return (int) (shift >= 0 ? low >>> shift : low << -shift) & 63;
    }

    boolean isEmpty() {
        return root == null;
    }

    /** The entry of the longest prefix that the address begins with, or null. */
    @Nullable PatternEntry longest(long high, long low) {
        Node node = root;
        Node found = null;
        int slot = 0;
        for (int depth = 0; node != null; depth++) {
            int bits = bits(high, low, depth);
            long bit = 1L << bits;
            if ((node.whole & bit) != 0) {
                found = node;
                slot = node.wholeSlot(bit);
            } else if ((node.partial & COVERING[bits]) != 0) {
                found = node;
                slot = node.partialSlot(Long.highestOneBit(node.partial & COVERING[bits]));
            }
            node = (node.children & bit) == 0 ? null : (Node) node.slot(node.childSlot(bit));
        }
        return found == null ? null : bucket(found, slot).first();
    }

    PrefixTree with(Network network, PatternEntry entry) {
        return new PrefixTree(insert(root == null ? Node.EMPTY : root, network, 0, entry));
    }

    PrefixTree without(Network network, PatternEntry entry) {
        if (root == null) {
            return this;
        }
        Node left = remove(root, network, 0, entry);
        return new PrefixTree(left.isEmpty() ? null : left);
    }

    /** Whether the prefix ends in the node at {@code depth}. */
    private static boolean endsIn(Network network, int depth) {
        return network.length() <= (depth + 1) * STEP;
    }

    /** The bit of a prefix in {@link Node#whole} or, where it is shorter, in {@link Node#partial} of the node it ends in. */
    private static long prefixBit(Network network, int depth) {
        int bits = bits(network.high(), network.low(), depth);
        int length = network.length() - depth * STEP;
        return 1L << (length == STEP ? bits : position(bits >> STEP - length, length));
    }

    private static Node insert(Node node, Network network, int depth, PatternEntry entry) {
        if (!endsIn(network, depth)) {
            long bit = 1L << bits(network.high(), network.low(), depth);
            int slot = node.childSlot(bit);
            boolean there = (node.children & bit) != 0;
            Node child = insert(there ? child(node, slot) : Node.EMPTY, network, depth + 1, entry);
            return there
                    ? node.replaced(slot, child)
                    : node.inserted(node.whole, node.partial, node.children | bit, slot, child);
        }
        long bit = prefixBit(network, depth);
        boolean whole = network.length() == (depth + 1) * STEP;
        int slot = whole ? node.wholeSlot(bit) : node.partialSlot(bit);
        if (((whole ? node.whole : node.partial) & bit) != 0) {
            return node.replaced(slot, bucket(node, slot).with(entry));
        }
        return whole
                ? node.inserted(node.whole | bit, node.partial, node.children, slot, entry)
                : node.inserted(node.whole, node.partial | bit, node.children, slot, entry);
    }

    private static Node child(Node node, int slot) {
        return (Node) Objects.requireNonNull(node.slot(slot));
    }

    private static Bucket bucket(Node node, int slot) {
        return (Bucket) Objects.requireNonNull(node.slot(slot));
    }

    private static Node remove(Node node, Network network, int depth, PatternEntry entry) {
        if (!endsIn(network, depth)) {
            long bit = 1L << bits(network.high(), network.low(), depth);
            if ((node.children & bit) == 0) {
                return node;
            }
            int slot = node.childSlot(bit);
            Node child = remove(child(node, slot), network, depth + 1, entry);
            return child.isEmpty()
                    ? node.removed(node.whole, node.partial, node.children & ~bit, slot)
                    : node.replaced(slot, child);
        }
        long bit = prefixBit(network, depth);
        boolean whole = network.length() == (depth + 1) * STEP;
        if (((whole ? node.whole : node.partial) & bit) == 0) {
            return node;
        }
        int slot = whole ? node.wholeSlot(bit) : node.partialSlot(bit);
        Bucket rest = bucket(node, slot).without(entry);
        if (rest != null) {
            return node.replaced(slot, rest);
        }
        return whole
                ? node.removed(node.whole & ~bit, node.partial, node.children, slot)
                : node.removed(node.whole, node.partial & ~bit, node.children, slot);
    }
}
