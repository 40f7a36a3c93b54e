// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Text;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Texts by their beginnings: a tree in which each edge is as many bytes as all below it have in common. What a value begins
 * with is found in one walk, however many texts there are.
 *
 * <p>Immutable: a change copies the nodes on its path.
 */
final class RadixTree {
    private static final byte[] NO_BYTES = {};
    private static final Object[] NO_CHILDREN = {};

    private final boolean fold;
    private final Node root;

    private RadixTree(boolean fold, Node root) {
        this.fold = fold;
        this.root = root;
    }

    /** @param fold whether letters in either case are the same */
    static RadixTree empty(boolean fold) {
        return new RadixTree(fold, new Node(NO_BYTES, null, NO_BYTES, NO_CHILDREN));
    }

    private static final class Node {
        final byte[] label;
        final @Nullable Bucket bucket;
        /** The first bytes of the children's labels, sorted. */
        final byte[] firsts;

        final Object[] children; // Nodes

        Node(byte[] label, @Nullable Bucket bucket, byte[] firsts, Object[] children) {
            this.label = label;
            this.bucket = bucket;
            this.firsts = firsts;
            this.children = children;
        }

        Node child(int index) {
            return (Node) children[index];
        }

        Node with(@Nullable Bucket other) {
            return new Node(label, other, firsts, children);
        }

        Node with(int index, Node child) {
            return new Node(label, bucket, firsts, Slots.replaced(children, index, child));
        }
    }

    /** The entry of the longest text that the slice begins with, or null. */
    @Nullable PatternEntry longest(byte[] bytes, int start, int end) {
        Node node = root;
        Bucket found = node.bucket;
        int at = start;
        while (at < end) {
            int index = slot(node.firsts, byteAt(bytes, at));
            if (index < 0) {
                break;
            }
            node = node.child(index);
            byte[] label = node.label;
            if (end - at < label.length || !begins(bytes, at, label)) {
                break;
            }
            at += label.length;
            found = node.bucket == null ? found : node.bucket;
        }
        return found == null ? null : found.first();
    }

    private boolean begins(byte[] bytes, int at, byte[] label) {
        for (int i = 1; i < label.length; i++) {
            if (byteAt(bytes, at + i) != label[i]) {
                return false;
            }
        }
        return true;
    }

    /** Where a byte is among a node's, which mostly has one; negative where it is not. */
    private static int slot(byte[] firsts, byte b) {
        return firsts.length == 1 ? firsts[0] == b ? 0 : -1 : Arrays.binarySearch(firsts, b);
    }

    private byte byteAt(byte[] bytes, int at) {
        return fold ? Text.lower(bytes[at]) : bytes[at];
    }

    /**
     * Of all texts that stand in the bytes from {@code from} on, the one added first, or {@code best} where that is older.
     *
     * @param limit where the bytes end, counted by {@code step}
     * @param step 1, or -1 for texts that were added from behind
     * @param delimiters what has to stand behind the text, unless the bytes end there, as they have to behind the empty text;
     *     null for anything
     */
    @Nullable PatternEntry first(
            byte[] bytes, int from, int limit, int step, @Nullable Delimiters delimiters, @Nullable PatternEntry best) {
        PatternEntry first = best;
        Node node = root;
        int at = from;
        while (true) {
            Bucket bucket = node.bucket;
            if (bucket != null
                    && (delimiters == null || at == limit || (at != from && delimiters.contains(bytes[at])))) {
                PatternEntry candidate = bucket.first();
                first = first == null || candidate.order() < first.order() ? candidate : first;
            }
            int index = at == limit ? -1 : slot(node.firsts, byteAt(bytes, at));
            if (index < 0) {
                return first;
            }
            node = node.child(index);
            byte[] label = node.label;
            at += step;
            for (int i = 1; i < label.length; i++, at += step) {
                if (at == limit || byteAt(bytes, at) != label[i]) {
                    return first;
                }
            }
        }
    }

    /** The key as it is kept: folded where that is asked for. */
    private byte[] kept(byte[] key) {
        if (!fold) {
            return key;
        }
        byte[] lower = key.clone();
        for (int i = 0; i < lower.length; i++) {
            lower[i] = Text.lower(lower[i]);
        }
        return lower;
    }

    RadixTree with(byte[] key, PatternEntry entry) {
        return new RadixTree(fold, insert(root, kept(key), 0, entry));
    }

    /** @param at how much of the key the path to {@code node} is */
    private static Node insert(Node node, byte[] key, int at, PatternEntry entry) {
        if (at == key.length) {
            return node.with(Bucket.of(node.bucket, entry));
        }
        int index = Arrays.binarySearch(node.firsts, key[at]);
        if (index < 0) {
            int slot = -index - 1;
            Node leaf = new Node(Arrays.copyOfRange(key, at, key.length), entry, NO_BYTES, NO_CHILDREN);
            return new Node(
                    node.label,
                    node.bucket,
                    inserted(node.firsts, slot, key[at]),
                    Slots.inserted(node.children, slot, leaf));
        }
        Node child = node.child(index);
        int common = common(child.label, key, at);
        return node.with(
                index, insert(common < child.label.length ? split(child, common) : child, key, at + common, entry));
    }

    private static Node split(Node node, int at) {
        byte[] rest = Arrays.copyOfRange(node.label, at, node.label.length);
        Node below = new Node(rest, node.bucket, node.firsts, node.children);
        return new Node(Arrays.copyOf(node.label, at), null, new byte[] {rest[0]}, new Object[] {below});
    }

    private static int common(byte[] label, byte[] key, int at) {
        int length = Math.min(label.length, key.length - at);
        int same = Arrays.mismatch(label, 0, length, key, at, at + length);
        return same < 0 ? length : same;
    }

    RadixTree without(byte[] key, PatternEntry entry) {
        Node left = remove(root, kept(key), 0, entry);
        return new RadixTree(fold, left == null ? empty(fold).root : left);
    }

    /** Null where nothing is left below; the root's label is empty, so that it is never joined with a child. */
    private static @Nullable Node remove(Node node, byte[] key, int at, PatternEntry entry) {
        if (at == key.length) {
            return tidy(node.bucket == null ? node : node.with(node.bucket.without(entry)));
        }
        int index = Arrays.binarySearch(node.firsts, key[at]);
        if (index < 0) {
            return node;
        }
        Node child = node.child(index);
        if (common(child.label, key, at) < child.label.length) {
            return node;
        }
        Node left = remove(child, key, at + child.label.length, entry);
        return tidy(
                left != null
                        ? node.with(index, left)
                        : new Node(
                                node.label,
                                node.bucket,
                                removed(node.firsts, index),
                                Slots.removed(node.children, index)));
    }

    private static @Nullable Node tidy(Node node) {
        if (node.bucket != null || node.children.length > 1) {
            return node;
        }
        if (node.children.length == 0) {
            return null;
        }
        if (node.label.length == 0) {
            return node;
        }
        Node only = node.child(0);
        byte[] label = Arrays.copyOf(node.label, node.label.length + only.label.length);
        System.arraycopy(only.label, 0, label, node.label.length, only.label.length);
        return new Node(label, only.bucket, only.firsts, only.children);
    }

    private static byte[] inserted(byte[] bytes, int at, byte value) {
        byte[] copy = Arrays.copyOf(bytes, bytes.length + 1);
        System.arraycopy(bytes, at, copy, at + 1, bytes.length - at);
        copy[at] = value;
        return copy;
    }

    private static byte[] removed(byte[] bytes, int at) {
        byte[] copy = Arrays.copyOf(bytes, bytes.length - 1);
        System.arraycopy(bytes, at + 1, copy, at, copy.length - at);
        return copy;
    }
}
