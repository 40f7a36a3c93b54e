// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A few hundred network prefixes in arrays: a look-up reads a cache line of most of them, where as many nodes would each cost
 * one that is rarely in the cache.
 *
 * <pre>
 *   highs, lows   the first addresses, in their order; of equal ones the shorter prefix comes first
 *   shapes        8 bits: the length; above them 1 + the place of the longest other prefix that contains this one, or 0
 *   buckets       what they stand for
 *   directory     for each of the next 6 bits of an address, how many of them come before it; only of more than 16 prefixes
 * </pre>
 *
 * The last prefix that does not begin behind an address contains it, or else the next one that contains that prefix does, and
 * so on: between the two lie only prefixes that end before. Immutable.
 */
final class PrefixBlock implements PrefixTree.Node {
    static final PrefixBlock EMPTY = new PrefixBlock(new long[0], null, new int[0], new Bucket[0], 0);

    /** More are divided: an edit copies a block, a few kilobytes. */
    static final int MOST = 512;

    private static final int WINDOW = 6;
    private static final int FEW = 16;
    private static final int LENGTH_BITS = 8;
    private static final int LENGTH = (1 << LENGTH_BITS) - 1;

    private final long[] highs;
    private final long @Nullable [] lows; // null where all are 0
    private final int[] shapes;
    private final Bucket[] buckets;
    private final char @Nullable [] directory;

    /** @param shapes of which the lengths are set; the rest is found here */
    private PrefixBlock(long[] highs, long @Nullable [] lows, int[] shapes, Bucket[] buckets, int depth) {
        this.highs = highs;
        this.lows = lows;
        this.shapes = shapes;
        this.buckets = buckets;
        for (int i = 0; i < shapes.length; i++) {
            int outer = i - 1;
            while (outer >= 0 && !contains(outer, highs[i], low(i))) {
                outer = outer(outer);
            }
            shapes[i] = (shapes[i] & LENGTH) | outer + 1 << LENGTH_BITS;
        }
        this.directory = shapes.length > FEW ? directory(depth) : null;
    }

    /** The same prefixes, one of them with another bucket. */
    private PrefixBlock(PrefixBlock other, int place, Bucket bucket) {
        highs = other.highs;
        lows = other.lows;
        shapes = other.shapes;
        buckets = other.buckets.clone();
        buckets[place] = bucket;
        directory = other.directory;
    }

    private char[] directory(int depth) {
        char[] before = new char[(1 << WINDOW) + 1];
        for (int i = 0; i < highs.length; i++) {
            before[window(highs[i], low(i), depth) + 1]++;
        }
        for (int i = 1; i < before.length; i++) {
            before[i] += before[i - 1];
        }
        return before;
    }

    private static int window(long high, long low, int depth) {
        return (int) (PrefixTree.from(high, low, depth) >>> Long.SIZE - WINDOW);
    }

    /**
     * Of prefixes in their order.
     *
     * @param depth how many steps of the tree they have in common
     */
    static PrefixBlock of(List<PrefixTree.Prefix> prefixes, int depth) {
        int size = prefixes.size();
        long[] highs = new long[size];
        long[] lows = new long[size];
        int[] shapes = new int[size];
        Bucket[] buckets = new Bucket[size];
        long all = 0;
        for (int i = 0; i < size; i++) {
            PrefixTree.Prefix prefix = prefixes.get(i);
            highs[i] = prefix.network().high();
            lows[i] = prefix.network().low();
            shapes[i] = prefix.network().length();
            buckets[i] = prefix.bucket();
            all |= lows[i];
        }
        return size == 0 ? EMPTY : new PrefixBlock(highs, all == 0 ? null : lows, shapes, buckets, depth);
    }

    @Override
    public int size() {
        return shapes.length;
    }

    @Override
    public void forEach(Consumer<PrefixTree.Prefix> consumer) {
        for (int i = 0; i < shapes.length; i++) {
            Network network = new Network(false, highs[i], low(i), length(i), 0, false);
            consumer.accept(new PrefixTree.Prefix(network, buckets[i]));
        }
    }

    private long low(int i) {
        return lows == null ? 0 : lows[i];
    }

    private int length(int i) {
        return shapes[i] & LENGTH;
    }

    private int outer(int i) {
        return (shapes[i] >>> LENGTH_BITS) - 1;
    }

    private boolean contains(int i, long high, long low) {
        int length = length(i);
        return length <= Long.SIZE
                ? same(high, highs[i], length)
                : high == highs[i] && same(low, low(i), length - Long.SIZE);
    }

    private static boolean same(long a, long b, int bits) {
        return bits == 0 || (a ^ b) >>> Long.SIZE - bits == 0;
    }

    /** The longest prefix that contains the address, or null. */
    @Nullable Bucket longest(long high, long low, int depth) {
        int from = 0;
        int to = shapes.length;
        if (directory != null) {
            int window = window(high, low, depth);
            from = directory[window];
            to = directory[window + 1];
        }
        while (from < to) {
            int middle = from + to >>> 1;
            if (isBehind(middle, high, low)) {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        for (int i = from - 1; i >= 0; i = outer(i)) {
            if (contains(i, high, low)) {
                return buckets[i];
            }
        }
        return null;
    }

    /** Whether a prefix begins behind the address. */
    private boolean isBehind(int i, long high, long low) {
        long first = highs[i];
        return first == high ? Long.compareUnsigned(low(i), low) > 0 : Long.compareUnsigned(first, high) > 0;
    }

    /** Where the prefix is, or {@code -1 -} where it would be. */
    private int place(Network network) {
        int from = 0;
        int to = shapes.length;
        while (from < to) {
            int middle = from + to >>> 1;
            int order = PrefixTree.compare(
                    highs[middle], low(middle), length(middle), network.high(), network.low(), network.length());
            if (order == 0) {
                return middle;
            }
            if (order > 0) {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        return -1 - from;
    }

    PrefixBlock with(Network network, PatternEntry entry, int depth) {
        int place = place(network);
        if (place >= 0) {
            return new PrefixBlock(this, place, buckets[place].with(entry));
        }
        int at = -1 - place;
        int size = size();
        long[] moreHighs = Slots.opened(highs, at, new long[size + 1]);
        int[] moreShapes = Slots.opened(shapes, at, new int[size + 1]);
        Bucket[] moreBuckets = Slots.opened(buckets, at, new Bucket[size + 1]);
        long[] moreLows = null;
        if (lows != null || network.low() != 0) {
            moreLows = Slots.opened(lows == null ? new long[size] : lows, at, new long[size + 1]);
            moreLows[at] = network.low();
        }
        moreHighs[at] = network.high();
        moreShapes[at] = network.length();
        moreBuckets[at] = entry;
        return new PrefixBlock(moreHighs, moreLows, moreShapes, moreBuckets, depth);
    }

    PrefixBlock without(Network network, PatternEntry entry, int depth) {
        int place = place(network);
        if (place < 0) {
            return this;
        }
        Bucket rest = buckets[place].without(entry);
        if (rest != null) {
            return new PrefixBlock(this, place, rest);
        }
        int left = size() - 1;
        return left == 0
                ? EMPTY
                : new PrefixBlock(
                        Slots.closed(highs, place, new long[left]),
                        lows == null ? null : Slots.closed(lows, place, new long[left]),
                        Slots.closed(shapes, place, new int[left]),
                        Slots.closed(buckets, place, new Bucket[left]),
                        depth);
    }
}
