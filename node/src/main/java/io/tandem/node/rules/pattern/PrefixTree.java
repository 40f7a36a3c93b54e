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
        static final Node EMPTY = new Node(0, 0, NO_SLOTS);

        final long prefixes;
        final long children;
        final Object[] slots;

        Node(long prefixes, long children, Object[] slots) {
            this.prefixes = prefixes;
            this.children = children;
            this.slots = slots;
        }

        int prefixSlot(int position) {
            return Long.bitCount(prefixes & (1L << position) - 1);
        }

        int childSlot(long bit) {
            return Long.bitCount(prefixes) + Long.bitCount(children & bit - 1);
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
        int position = 0;
        for (int depth = 0; node != null; depth++) {
            int bits = bits(high, low, depth);
            long covering = node.prefixes & COVERING[bits];
            if (covering != 0) {
                found = node;
                position = 63 - Long.numberOfLeadingZeros(covering);
            }
            long bit = 1L << bits;
            node = (node.children & bit) == 0 ? null : (Node) node.slots[node.childSlot(bit)];
        }
        return found == null ? null : ((Bucket) found.slots[found.prefixSlot(position)]).first();
    }

    PrefixTree with(Network network, PatternEntry entry) {
        return new PrefixTree(insert(root == null ? Node.EMPTY : root, network, 0, entry));
    }

    private static Node insert(Node node, Network network, int depth, PatternEntry entry) {
        int left = network.length() - depth * STEP;
        int bits = bits(network.high(), network.low(), depth);
        if (left < STEP) {
            int position = position(bits >> STEP - left, left);
            long bit = 1L << position;
            int slot = node.prefixSlot(position);
            return (node.prefixes & bit) == 0
                    ? new Node(node.prefixes | bit, node.children, Slots.inserted(node.slots, slot, entry))
                    : new Node(
                            node.prefixes,
                            node.children,
                            Slots.replaced(node.slots, slot, ((Bucket) node.slots[slot]).with(entry)));
        }
        long bit = 1L << bits;
        int slot = node.childSlot(bit);
        return (node.children & bit) == 0
                ? new Node(
                        node.prefixes,
                        node.children | bit,
                        Slots.inserted(node.slots, slot, insert(Node.EMPTY, network, depth + 1, entry)))
                : new Node(
                        node.prefixes,
                        node.children,
                        Slots.replaced(node.slots, slot, insert((Node) node.slots[slot], network, depth + 1, entry)));
    }

    PrefixTree without(Network network, PatternEntry entry) {
        if (root == null) {
            return this;
        }
        Node left = remove(root, network, 0, entry);
        return new PrefixTree(left.isEmpty() ? null : left);
    }

    private static Node remove(Node node, Network network, int depth, PatternEntry entry) {
        int left = network.length() - depth * STEP;
        int bits = bits(network.high(), network.low(), depth);
        if (left < STEP) {
            int position = position(bits >> STEP - left, left);
            long bit = 1L << position;
            if ((node.prefixes & bit) == 0) {
                return node;
            }
            int slot = node.prefixSlot(position);
            Bucket rest = ((Bucket) node.slots[slot]).without(entry);
            return rest == null
                    ? new Node(node.prefixes & ~bit, node.children, Slots.removed(node.slots, slot))
                    : new Node(node.prefixes, node.children, Slots.replaced(node.slots, slot, rest));
        }
        long bit = 1L << bits;
        if ((node.children & bit) == 0) {
            return node;
        }
        int slot = node.childSlot(bit);
        Node child = remove((Node) node.slots[slot], network, depth + 1, entry);
        return child.isEmpty()
                ? new Node(node.prefixes, node.children & ~bit, Slots.removed(node.slots, slot))
                : new Node(node.prefixes, node.children, Slots.replaced(node.slots, slot, child));
    }
}
