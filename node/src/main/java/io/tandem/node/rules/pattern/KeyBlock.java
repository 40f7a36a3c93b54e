// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import java.util.Arrays;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A few dozen keys in a hash table. A look-up reads a cache line of tags and nothing more where the key is not there; where it
 * is, one more names key and bucket, so that both are read at the same time.
 *
 * <pre>
 *   tags    32 bits of each key's hash, 0 where there is none; one that is taken stands in the next free place
 *   slots   at twice the place the key, behind it its bucket
 * </pre>
 *
 * Immutable.
 */
final class KeyBlock implements ByteMap.Node {
    static final KeyBlock EMPTY = new Table(0).block();

    private final int[] tags;
    private final Object[] slots;
    private final int size;

    private KeyBlock(int[] tags, Object[] slots, int size) {
        this.tags = tags;
        this.slots = slots;
        this.size = size;
    }

    /** A block that is being filled. */
    static final class Table {
        private final int[] tags;
        private final Object[] slots;
        private int size;

        /** @param most how many keys it will have at most; a quarter of the places stays free, one at least */
        Table(int most) {
            int least = Math.max(most + most / 3, most + 1);
            int places = 1 << Integer.SIZE - Integer.numberOfLeadingZeros(least - 1 | 1);
            tags = new int[places];
            slots = new Object[2 * places];
        }

        /** Adds a key that is not there. */
        void add(int hash, byte[] key, Bucket bucket) {
            int tag = tag(hash);
            int at = tag & tags.length - 1;
            while (tags[at] != 0) {
                at = at + 1 & tags.length - 1;
            }
            tags[at] = tag;
            slots[2 * at] = key;
            slots[2 * at + 1] = bucket;
            size++;
        }

        /** The block; nothing may be added afterwards. */
        KeyBlock block() {
            return new KeyBlock(tags, slots, size);
        }
    }

    @Override
    public int size() {
        return size;
    }

    private static int tag(int hash) {
        return hash == 0 ? 1 : hash;
    }

    void forEach(BiConsumer<byte[], Bucket> consumer) {
        for (int at = 0; at < tags.length; at++) {
            if (tags[at] != 0) {
                consumer.accept(key(at), bucket(at));
            }
        }
    }

    private byte[] key(int at) {
        return (byte[]) slots[2 * at];
    }

    private Bucket bucket(int at) {
        return (Bucket) slots[2 * at + 1];
    }

    @Nullable Bucket find(int hash, byte[] bytes, int start, int end, boolean fold) {
        int at = place(tag(hash), bytes, start, end, fold);
        return at < 0 ? null : bucket(at);
    }

    private int place(int tag, byte[] bytes, int start, int end, boolean fold) {
        int last = tags.length - 1;
        for (int at = tag & last; tags[at] != 0; at = at + 1 & last) {
            if (tags[at] == tag && same(bytes, start, end, key(at), fold)) {
                return at;
            }
        }
        return -1;
    }

    private static boolean same(byte[] bytes, int start, int end, byte[] key, boolean fold) {
        return Arrays.equals(bytes, start, end, key, 0, key.length)
                || (fold && ByteHash.isIgnoreCase(bytes, start, end, key));
    }

    KeyBlock with(int hash, byte[] key, PatternEntry entry, boolean fold) {
        int place = place(tag(hash), key, 0, key.length, fold);
        if (place >= 0) {
            return replaced(place, bucket(place).with(entry));
        }
        Table more = copy(size + 1, -1);
        more.add(hash, key, entry);
        return more.block();
    }

    KeyBlock without(int hash, byte[] key, PatternEntry entry, boolean fold) {
        int place = place(tag(hash), key, 0, key.length, fold);
        if (place < 0) {
            return this;
        }
        Bucket rest = bucket(place).without(entry);
        return rest == null ? copy(size - 1, place).block() : replaced(place, rest);
    }

    private KeyBlock replaced(int place, Bucket bucket) {
        return new KeyBlock(tags, Slots.replaced(slots, 2 * place + 1, bucket), size);
    }

    /** With the keys of all places but {@code without}. */
    private Table copy(int most, int without) {
        Table copy = new Table(most);
        for (int at = 0; at < tags.length; at++) {
            if (tags[at] != 0 && at != without) {
                copy.add(tags[at], key(at), bucket(at));
            }
        }
        return copy;
    }
}
