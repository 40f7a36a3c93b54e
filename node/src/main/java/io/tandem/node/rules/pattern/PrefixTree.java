// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Network prefixes of up to 128 bits, for longest match: {@linkplain PrefixBlock blocks} of up to 512 of them, and above as
 * many as there are steps of four bits until so few are left. Among a hundred thousand IPv4 networks two or three small steps
 * lead to the block, which is the only part that is mostly not in a core's cache.
 *
 * <p>Immutable: a change copies one block and the branches above it.
 */
final class PrefixTree {
    static final PrefixTree EMPTY = new PrefixTree(PrefixBlock.EMPTY);

    private static final int STEP = 4;
    private static final int WIDTH = 1 << STEP;

    /** A branch with fewer becomes a block again. */
    private static final int FEW = PrefixBlock.MOST / 4;

    private static final Comparator<Prefix> IN_ORDER = (a, b) -> compare(
            a.network().high(),
            a.network().low(),
            a.network().length(),
            b.network().high(),
            b.network().low(),
            b.network().length());

    private final Node root;

    private PrefixTree(Node root) {
        this.root = root;
    }

    /** A prefix and what it stands for. */
    record Prefix(Network network, Bucket bucket) {}

    /** A part of the tree. */
    sealed interface Node permits Branch, PrefixBlock {
        /** How many prefixes it has. */
        int size();

        void forEach(Consumer<Prefix> consumer);
    }

    /** More prefixes than a block holds: below by their next four bits, and those that end within these. */
    static final class Branch implements Node {
        final Node[] below;
        final PrefixBlock ending;
        private final int size;

        Branch(Node[] below, PrefixBlock ending) {
            this.below = below;
            this.ending = ending;
            int all = ending.size();
            for (Node node : below) {
                all += node.size();
            }
            this.size = all;
        }

        Branch with(int slot, Node node) {
            Node[] changed = below.clone();
            changed[slot] = node;
            return new Branch(changed, ending);
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public void forEach(Consumer<Prefix> consumer) {
            ending.forEach(consumer);
            for (Node node : below) {
                node.forEach(consumer);
            }
        }
    }

    /** By the first address, then by the length. */
    static int compare(long high, long low, int length, long otherHigh, long otherLow, int otherLength) {
        int order = Long.compareUnsigned(high, otherHigh);
        order = order == 0 ? Long.compareUnsigned(low, otherLow) : order;
        return order == 0 ? Integer.compare(length, otherLength) : order;
    }

    /** The 64 bits behind the first {@code depth} steps, zeros behind the last. */
    static long from(long high, long low, int depth) {
        int at = depth * STEP;
        return at < Long.SIZE ? high << at | low >>> 1 >>> Long.SIZE - 1 - at : low << at - Long.SIZE;
    }

    private static int slot(long high, long low, int depth) {
        return (int) (from(high, low, depth) >>> Long.SIZE - STEP);
    }

    /** Whether the prefix has no bits beyond those of the branch at {@code depth}. */
    private static boolean endsIn(Network network, int depth) {
        return network.length() < (depth + 1) * STEP;
    }

    /** Of prefixes in any order; those of equal ones are in that of their entries. */
    static PrefixTree of(List<Prefix> prefixes) {
        List<Prefix> sorted = new ArrayList<>(prefixes);
        sorted.sort(IN_ORDER);
        List<Prefix> distinct = new ArrayList<>(sorted.size());
        for (Prefix prefix : sorted) {
            int last = distinct.size() - 1;
            if (last >= 0 && IN_ORDER.compare(distinct.get(last), prefix) == 0) {
                Bucket both = distinct.get(last).bucket().with(prefix.bucket().first());
                distinct.set(last, new Prefix(prefix.network(), both));
            } else {
                distinct.add(prefix);
            }
        }
        return new PrefixTree(node(distinct, 0));
    }

    /** @param prefixes in their order, each once */
    private static Node node(List<Prefix> prefixes, int depth) {
        if (prefixes.size() <= PrefixBlock.MOST) {
            return PrefixBlock.of(prefixes, depth);
        }
        List<Prefix> ending = new ArrayList<>();
        List<List<Prefix>> parts = new ArrayList<>(WIDTH);
        for (int i = 0; i < WIDTH; i++) {
            parts.add(new ArrayList<>());
        }
        for (Prefix prefix : prefixes) {
            Network network = prefix.network();
            (endsIn(network, depth) ? ending : parts.get(slot(network.high(), network.low(), depth))).add(prefix);
        }
        Node[] below = new Node[WIDTH];
        Arrays.setAll(below, i -> node(parts.get(i), depth + 1));
        return new Branch(below, PrefixBlock.of(ending, depth));
    }

    boolean isEmpty() {
        return root.size() == 0;
    }

    /** The entry of the longest prefix that the address begins with, or null. */
    @Nullable PatternEntry longest(long high, long low) {
        Node at = root;
        int depth = 0;
        while (at instanceof Branch branch) {
            at = branch.below[slot(high, low, depth++)];
        }
        Bucket found = ((PrefixBlock) at).longest(high, low, depth);
        if (found == null && depth > 0) {
            found = shorter(high, low);
        }
        return found == null ? null : found.first();
    }

    /** Of the prefixes that end in branches. */
    private @Nullable Bucket shorter(long high, long low) {
        Bucket found = null;
        Node at = root;
        for (int depth = 0; at instanceof Branch branch; depth++) {
            Bucket ending = branch.ending.longest(high, low, depth);
            found = ending == null ? found : ending;
            at = branch.below[slot(high, low, depth)];
        }
        return found;
    }

    PrefixTree with(Network network, PatternEntry entry) {
        return new PrefixTree(insert(root, network, 0, entry));
    }

    private static Node insert(Node node, Network network, int depth, PatternEntry entry) {
        if (node instanceof Branch branch) {
            if (endsIn(network, depth)) {
                return new Branch(branch.below, branch.ending.with(network, entry, depth));
            }
            int slot = slot(network.high(), network.low(), depth);
            return branch.with(slot, insert(branch.below[slot], network, depth + 1, entry));
        }
        PrefixBlock block = ((PrefixBlock) node).with(network, entry, depth);
        return block.size() <= PrefixBlock.MOST ? block : node(prefixes(block), depth);
    }

    private static List<Prefix> prefixes(Node node) {
        List<Prefix> all = new ArrayList<>(node.size());
        node.forEach(all::add);
        return all;
    }

    PrefixTree without(Network network, PatternEntry entry) {
        return new PrefixTree(remove(root, network, 0, entry));
    }

    private static Node remove(Node node, Network network, int depth, PatternEntry entry) {
        if (node instanceof PrefixBlock block) {
            return block.without(network, entry, depth);
        }
        Branch branch = (Branch) node;
        int slot = slot(network.high(), network.low(), depth);
        Branch left = endsIn(network, depth)
                ? new Branch(branch.below, branch.ending.without(network, entry, depth))
                : branch.with(slot, remove(branch.below[slot], network, depth + 1, entry));
        return left.size() > FEW ? left : joined(left, depth);
    }

    private static Node joined(Branch branch, int depth) {
        List<Prefix> all = prefixes(branch);
        all.sort(IN_ORDER);
        return PrefixBlock.of(all, depth);
    }
}
