// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Buckets by a key of bytes: a hash trie of 64 branches a level, so that among a hundred thousand keys a look-up visits
 * three nodes and then compares one key. A slice is looked up without becoming an object.
 *
 * <p>Immutable: a change copies the nodes on its path.
 */
final class ByteMap {
    private static final int BITS = 6;
    private static final int MASK = (1 << BITS) - 1;

    private final boolean fold;
    private final @Nullable Object root; // Node or Leaf

    private ByteMap(boolean fold, @Nullable Object root) {
        this.fold = fold;
        this.root = root;
    }

    /** @param fold whether keys are the same in either case of their letters */
    static ByteMap empty(boolean fold) {
        return new ByteMap(fold, null);
    }

    private static final class Node {
        final long bitmap;
        final Object[] slots;

        Node(long bitmap, Object[] slots) {
            this.bitmap = bitmap;
            this.slots = slots;
        }

        int slot(long bit) {
            return Long.bitCount(bitmap & bit - 1);
        }
    }

    /** Keys of one hash: a chain that is longer than one only if all 64 bits of two hashes are the same. */
    private static final class Leaf {
        final long hash;
        final byte[] key;
        final Bucket bucket;
        final @Nullable Leaf next;

        Leaf(long hash, byte[] key, Bucket bucket, @Nullable Leaf next) {
            this.hash = hash;
            this.key = key;
            this.bucket = bucket;
            this.next = next;
        }
    }

    private static long bit(long hash, int shift) {
        return 1L << (int) (hash >>> shift & MASK);
    }

    @Nullable Bucket find(byte[] bytes, int start, int end) {
        long hash = ByteHash.of(bytes, start, end, fold);
        long bits = hash;
        Object at = root;
        while (at instanceof Node node) {
            long bit = 1L << (int) (bits & MASK);
            if ((node.bitmap & bit) == 0) {
                return null;
            }
            at = node.slots[node.slot(bit)];
            bits >>>= BITS;
        }
        for (Leaf leaf = (Leaf) at; leaf != null; leaf = leaf.next) {
            if (leaf.hash == hash && same(bytes, start, end, leaf.key)) {
                return leaf.bucket;
            }
        }
        return null;
    }

    private boolean same(byte[] bytes, int start, int end, byte[] key) {
        return Arrays.equals(bytes, start, end, key, 0, key.length)
                || (fold && ByteHash.isIgnoreCase(bytes, start, end, key));
    }

    ByteMap with(byte[] key, PatternEntry entry) {
        Leaf added = new Leaf(ByteHash.of(key, 0, key.length, fold), key, entry, null);
        return new ByteMap(fold, insert(root, 0, added));
    }

    private Object insert(@Nullable Object at, int shift, Leaf added) {
        if (at == null) {
            return added;
        }
        if (at instanceof Node node) {
            long bit = bit(added.hash, shift);
            int slot = node.slot(bit);
            return (node.bitmap & bit) == 0
                    ? new Node(node.bitmap | bit, Slots.inserted(node.slots, slot, added))
                    : new Node(
                            node.bitmap,
                            Slots.replaced(node.slots, slot, insert(node.slots[slot], shift + BITS, added)));
        }
        Leaf leaf = (Leaf) at;
        if (leaf.hash == added.hash) {
            return chained(leaf, added);
        }
        return insert(new Node(bit(leaf.hash, shift), new Object[] {leaf}), shift, added);
    }

    private Leaf chained(Leaf chain, Leaf added) {
        for (Leaf leaf = chain; leaf != null; leaf = leaf.next) {
            if (same(added.key, 0, added.key.length, leaf.key)) {
                return replaced(chain, leaf, leaf.bucket.with(added.bucket.first()));
            }
        }
        return new Leaf(added.hash, added.key, added.bucket, chain);
    }

    /** The chain with another bucket in the place of {@code old}'s; none where that is null. */
    @SuppressWarnings("ReferenceEquality") // a leaf of this chain
    private static @Nullable Leaf rebuilt(@Nullable Leaf chain, Leaf old, @Nullable Bucket bucket) {
        if (chain == null) {
            return null;
        }
        if (chain == old) {
            return bucket == null ? chain.next : new Leaf(chain.hash, chain.key, bucket, chain.next);
        }
        return new Leaf(chain.hash, chain.key, chain.bucket, rebuilt(chain.next, old, bucket));
    }

    private static Leaf replaced(Leaf chain, Leaf old, Bucket bucket) {
        Leaf rebuilt = rebuilt(chain, old, bucket);
        return rebuilt == null ? chain : rebuilt;
    }

    /** Without {@code entry}, whose key is {@code key}. */
    ByteMap without(byte[] key, PatternEntry entry) {
        long hash = ByteHash.of(key, 0, key.length, fold);
        return new ByteMap(fold, root == null ? null : remove(root, 0, hash, key, entry));
    }

    private @Nullable Object remove(Object at, int shift, long hash, byte[] key, PatternEntry entry) {
        if (at instanceof Node node) {
            long bit = bit(hash, shift);
            if ((node.bitmap & bit) == 0) {
                return node;
            }
            int slot = node.slot(bit);
            Object left = remove(node.slots[slot], shift + BITS, hash, key, entry);
            if (left == null) {
                Object[] slots = Slots.removed(node.slots, slot);
                return slots.length == 0
                        ? null
                        : slots.length == 1 && slots[0] instanceof Leaf only
                                ? only
                                : new Node(node.bitmap & ~bit, slots);
            }
            return node.slots.length == 1 && left instanceof Leaf
                    ? left
                    : new Node(node.bitmap, Slots.replaced(node.slots, slot, left));
        }
        Leaf chain = (Leaf) at;
        for (Leaf leaf = chain; leaf != null; leaf = leaf.next) {
            if (leaf.hash == hash && same(key, 0, key.length, leaf.key)) {
                return rebuilt(chain, leaf, leaf.bucket.without(entry));
            }
        }
        return chain;
    }
}
