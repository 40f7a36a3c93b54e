// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import org.jspecify.annotations.Nullable;

/**
 * Network prefixes of up to 128 bits, for longest match: a tree bitmap (Eatherton, Varghese and Dittia, 2004) that reads six
 * bits a step.
 *
 * <pre>
 *   node: prefixes   63 bits: the prefixes of 0 to 5 bits that end in this node, shorter ones first
 *         children   64 bits: which of the 64 continuations have a node
 *         slots      buckets of those prefixes, then those nodes, packed in the order of their bits
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
        static final Node EMPTY = new Node(0, 0, 0, NO_SLOTS);

        final long whole;
        final long partial;
        final long children;
        final Object[] slots;

        Node(long whole, long partial, long children, Object[] slots) {
            this.whole = whole;
            this.partial = partial;
            this.children = children;
            this.slots = slots;
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
            return slots.length == 0;
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
            node = (node.children & bit) == 0 ? null : (Node) node.slots[node.childSlot(bit)];
        }
        return found == null ? null : ((Bucket) found.slots[slot]).first();
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
            Node child = insert(there ? (Node) node.slots[slot] : Node.EMPTY, network, depth + 1, entry);
            return new Node(node.whole, node.partial, node.children | bit, put(node.slots, slot, there, child));
        }
        long bit = prefixBit(network, depth);
        boolean whole = network.length() == (depth + 1) * STEP;
        int slot = whole ? node.wholeSlot(bit) : node.partialSlot(bit);
        boolean there = ((whole ? node.whole : node.partial) & bit) != 0;
        Bucket bucket = there ? ((Bucket) node.slots[slot]).with(entry) : entry;
        return new Node(
                whole ? node.whole | bit : node.whole,
                whole ? node.partial : node.partial | bit,
                node.children,
                put(node.slots, slot, there, bucket));
    }

    private static Object[] put(Object[] slots, int at, boolean there, Object value) {
        return there ? Slots.replaced(slots, at, value) : Slots.inserted(slots, at, value);
    }

    private static Node remove(Node node, Network network, int depth, PatternEntry entry) {
        if (!endsIn(network, depth)) {
            long bit = 1L << bits(network.high(), network.low(), depth);
            if ((node.children & bit) == 0) {
                return node;
            }
            int slot = node.childSlot(bit);
            Node child = remove((Node) node.slots[slot], network, depth + 1, entry);
            return child.isEmpty()
                    ? new Node(node.whole, node.partial, node.children & ~bit, Slots.removed(node.slots, slot))
                    : new Node(node.whole, node.partial, node.children, Slots.replaced(node.slots, slot, child));
        }
        long bit = prefixBit(network, depth);
        boolean whole = network.length() == (depth + 1) * STEP;
        if (((whole ? node.whole : node.partial) & bit) == 0) {
            return node;
        }
        int slot = whole ? node.wholeSlot(bit) : node.partialSlot(bit);
        Bucket rest = ((Bucket) node.slots[slot]).without(entry);
        if (rest != null) {
            return new Node(node.whole, node.partial, node.children, Slots.replaced(node.slots, slot, rest));
        }
        return new Node(
                whole ? node.whole & ~bit : node.whole,
                whole ? node.partial : node.partial & ~bit,
                node.children,
                Slots.removed(node.slots, slot));
    }
}
