// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Buckets by a key of bytes: {@linkplain KeyBlock hash tables} of up to 64 keys, and above a hash trie of 16 branches a level,
 * which stays in a core's cache. A slice is looked up without becoming an object.
 *
 * <p>Immutable: a change copies one block and the branches above it.
 */
final class ByteMap {
    private static final int STEP = 4;
    private static final int WIDTH = 1 << STEP;

    /** More are divided, as long as the hash has bits. */
    private static final int MOST = 64;

    /** A branch with fewer becomes a block again. */
    private static final int FEW = MOST / 4;

    private final boolean fold;
    private final Node root;

    private ByteMap(boolean fold, Node root) {
        this.fold = fold;
        this.root = root;
    }

    /** @param fold whether keys are the same in either case of their letters */
    static ByteMap empty(boolean fold) {
        return new ByteMap(fold, KeyBlock.EMPTY);
    }

    /** A part of the trie. */
    sealed interface Node permits Branch, KeyBlock {
        /** How many keys it has. */
        int size();
    }

    private static final class Branch implements Node {
        final Node[] below;
        private final int size;

        Branch(Node[] below) {
            this.below = below;
            int all = 0;
            for (Node node : below) {
                all += node.size();
            }
            this.size = all;
        }

        Branch with(int slot, Node node) {
            Node[] changed = below.clone();
            changed[slot] = node;
            return new Branch(changed);
        }

        @Override
        public int size() {
            return size;
        }
    }

    /** The bits of a hash that choose the way; those of {@link KeyBlock} are its others. */
    private static int way(long hash) {
        return (int) (hash >>> Integer.SIZE);
    }

    @Nullable Bucket find(byte[] bytes, int start, int end) {
        long hash = ByteHash.of(bytes, start, end, fold);
        int way = way(hash);
        Node at = root;
        while (at instanceof Branch branch) {
            at = branch.below[way & WIDTH - 1];
            way >>>= STEP;
        }
        return ((KeyBlock) at).find((int) hash, bytes, start, end, fold);
    }

    ByteMap with(byte[] key, PatternEntry entry) {
        return new ByteMap(fold, insert(root, hash(key), 0, key, entry));
    }

    private static int slot(long hash, int shift) {
        return way(hash) >>> shift & WIDTH - 1;
    }

    private Node insert(Node node, long hash, int shift, byte[] key, PatternEntry entry) {
        if (node instanceof Branch branch) {
            int slot = slot(hash, shift);
            return branch.with(slot, insert(branch.below[slot], hash, shift + STEP, key, entry));
        }
        KeyBlock block = ((KeyBlock) node).with((int) hash, key, entry, fold);
        return block.size() <= MOST || shift == Integer.SIZE ? block : divided(block, shift);
    }

    private Node divided(KeyBlock block, int shift) {
        int[] sizes = new int[WIDTH];
        block.forEach((key, bucket) -> sizes[slot(hash(key), shift)]++);
        KeyBlock.Table[] parts = new KeyBlock.Table[WIDTH];
        Arrays.setAll(parts, i -> new KeyBlock.Table(sizes[i]));
        block.forEach((key, bucket) -> {
            long hash = hash(key);
            parts[slot(hash, shift)].add((int) hash, key, bucket);
        });
        Node[] below = new Node[WIDTH];
        Arrays.setAll(below, i -> {
            KeyBlock part = parts[i].block();
            return part.size() <= MOST || shift + STEP == Integer.SIZE ? part : divided(part, shift + STEP);
        });
        return new Branch(below);
    }

    private long hash(byte[] key) {
        return ByteHash.of(key, 0, key.length, fold);
    }

    /** Without {@code entry}, whose key is {@code key}. */
    ByteMap without(byte[] key, PatternEntry entry) {
        return new ByteMap(fold, remove(root, hash(key), 0, key, entry));
    }

    private Node remove(Node node, long hash, int shift, byte[] key, PatternEntry entry) {
        if (node instanceof KeyBlock block) {
            return block.without((int) hash, key, entry, fold);
        }
        Branch branch = (Branch) node;
        int slot = slot(hash, shift);
        Branch left = branch.with(slot, remove(branch.below[slot], hash, shift + STEP, key, entry));
        return left.size() > FEW ? left : joined(left);
    }

    private KeyBlock joined(Branch branch) {
        KeyBlock.Table all = new KeyBlock.Table(branch.size());
        collect(branch, all);
        return all.block();
    }

    private void collect(Node node, KeyBlock.Table all) {
        if (node instanceof KeyBlock block) {
            block.forEach((key, bucket) -> all.add((int) hash(key), key, bucket));
            return;
        }
        for (Node below : ((Branch) node).below) {
            collect(below, all);
        }
    }
}
