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
        return new RadixTree(fold, new Node(NO_BYTES, 0, null, NO_CHILDREN));
    }

    private static final class Node {
        /** The label; behind it the first bytes of the children's labels, sorted. One array, for it is one read from memory. */
        final byte[] bytes;

        final int length; // of the label
        final @Nullable Bucket bucket;
        final Object[] children; // Nodes

        Node(byte[] bytes, int length, @Nullable Bucket bucket, Object[] children) {
            this.bytes = bytes;
            this.length = length;
            this.bucket = bucket;
            this.children = children;
        }

        /** Where the child is whose label begins with {@code b}, or {@code -1 -} where it would be. */
        int slot(byte b) {
            if (children.length == 1 && bytes[length] == b) { // mostly
                return 0;
            }
            int found = Arrays.binarySearch(bytes, length, bytes.length, b);
            return found < 0 ? found + length : found - length;
        }

        Node child(int index) {
            return (Node) children[index];
        }

        Node with(@Nullable Bucket other) {
            return new Node(bytes, length, other, children);
        }

        Node with(int index, Node child) {
            return new Node(bytes, length, bucket, Slots.replaced(children, index, child));
        }

        /** With another child, before the one at {@code index}. */
        Node inserted(int index, byte first, Node child) {
            byte[] more = Slots.opened(bytes, length + index, new byte[bytes.length + 1]);
            more[length + index] = first;
            return new Node(more, length, bucket, Slots.inserted(children, index, child));
        }

        Node without(int index) {
            byte[] fewer = Slots.closed(bytes, length + index, new byte[bytes.length - 1]);
            return new Node(fewer, length, bucket, Slots.removed(children, index));
        }

        /** With another label. */
        Node labelled(byte[] label) {
            byte[] joined = Arrays.copyOf(label, label.length + children.length);
            System.arraycopy(bytes, length, joined, label.length, children.length);
            return new Node(joined, label.length, bucket, children);
        }
    }

    /** The entry of the longest text that the slice begins with, or null. */
    @Nullable PatternEntry longest(byte[] bytes, int start, int end) {
        Node node = root;
        Bucket found = node.bucket;
        int at = start;
        while (at < end) {
            int index = node.slot(byteAt(bytes, at));
            if (index < 0) {
                break;
            }
            node = node.child(index);
            if (end - at < node.length || !begins(bytes, at, node)) {
                break;
            }
            at += node.length;
            found = node.bucket == null ? found : node.bucket;
        }
        return found == null ? null : found.first();
    }

    private boolean begins(byte[] bytes, int at, Node node) {
        for (int i = 1; i < node.length; i++) {
            if (byteAt(bytes, at + i) != node.bytes[i]) {
                return false;
            }
        }
        return true;
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
            int index = at == limit ? -1 : node.slot(byteAt(bytes, at));
            if (index < 0) {
                return first;
            }
            node = node.child(index);
            at += step;
            for (int i = 1; i < node.length; i++, at += step) {
                if (at == limit || byteAt(bytes, at) != node.bytes[i]) {
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
        int index = node.slot(key[at]);
        if (index < 0) {
            byte[] rest = Arrays.copyOfRange(key, at, key.length);
            return node.inserted(-index - 1, key[at], new Node(rest, rest.length, entry, NO_CHILDREN));
        }
        Node child = node.child(index);
        int common = common(child, key, at);
        return node.with(index, insert(common < child.length ? split(child, common) : child, key, at + common, entry));
    }

    private static Node split(Node node, int at) {
        byte[] rest = Arrays.copyOfRange(node.bytes, at, node.length);
        byte[] bytes = Arrays.copyOf(node.bytes, at + 1); // the label and the first byte of the child's
        return new Node(bytes, at, null, new Object[] {node.labelled(rest)});
    }

    private static int common(Node node, byte[] key, int at) {
        int length = Math.min(node.length, key.length - at);
        int same = Arrays.mismatch(node.bytes, 0, length, key, at, at + length);
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
        int index = node.slot(key[at]);
        if (index < 0) {
            return node;
        }
        Node child = node.child(index);
        if (common(child, key, at) < child.length) {
            return node;
        }
        Node left = remove(child, key, at + child.length, entry);
        return tidy(left != null ? node.with(index, left) : node.without(index));
    }

    private static @Nullable Node tidy(Node node) {
        if (node.bucket != null || node.children.length > 1) {
            return node;
        }
        if (node.children.length == 0) {
            return null;
        }
        if (node.length == 0) {
            return node;
        }
        Node only = node.child(0);
        byte[] label = Arrays.copyOf(node.bytes, node.length + only.length);
        System.arraycopy(only.bytes, 0, label, node.length, only.length);
        return only.labelled(label);
    }
}
