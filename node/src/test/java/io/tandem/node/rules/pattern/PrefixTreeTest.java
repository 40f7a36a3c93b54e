// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import io.tandem.node.rules.sample.Scratch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many networks, so that blocks are divided and joined again, against a table for each length of prefix. */
class PrefixTreeTest {
    private static final int EDITS = 3000;
    private static final int LOOK_UPS = 1000;

    /** What is expected: for each prefix its entries by their order. */
    private final Map<Network, NavigableMap<Long, PatternEntry>> expected = new HashMap<>();

    private final List<Network> present = new ArrayList<>();
    private long order;

    @Property(tries = 8)
    void editsAtRandomLeaveWhatATableWouldHave(@ForAll long seed, @ForAll boolean ipv6, @ForAll boolean clustered) {
        expected.clear();
        present.clear();
        Random random = new Random(seed);
        PrefixTree tree = PrefixTree.EMPTY;
        for (int i = 0; i < EDITS; i++) {
            tree = add(tree, network(random, ipv6, clustered));
            if (random.nextInt(4) == 0) {
                tree = remove(tree, random.nextInt(present.size()));
            }
        }
        compare(tree, random, ipv6, clustered);
        while (present.size() > 20) {
            tree = remove(tree, random.nextInt(present.size()));
            if (present.size() % 500 == 0) {
                compare(tree, random, ipv6, clustered);
            }
        }
        compare(tree, random, ipv6, clustered);
        while (!present.isEmpty()) {
            tree = remove(tree, 0);
        }
        assertThat(tree.isEmpty()).isTrue();
    }

    @Property(tries = 8)
    void allAtOnceIsAsOneAfterTheOther(@ForAll long seed, @ForAll boolean ipv6, @ForAll boolean clustered) {
        expected.clear();
        present.clear();
        Random random = new Random(seed);
        List<PrefixTree.Prefix> all = new ArrayList<>();
        for (int i = 0; i < EDITS; i++) {
            Network network = network(random, ipv6, clustered);
            all.add(new PrefixTree.Prefix(network, expect(network)));
        }
        PrefixTree tree = PrefixTree.of(all);
        compare(tree, random, ipv6, clustered);
        for (int i = 0; i < EDITS / 2; i++) {
            tree = remove(tree, random.nextInt(present.size()));
        }
        compare(tree, random, ipv6, clustered);
    }

    private PatternEntry expect(Network network) {
        PatternEntry entry = new PatternEntry(order++, "", 0, null);
        expected.computeIfAbsent(network, n -> new TreeMap<>()).put(entry.order(), entry);
        present.add(network);
        return entry;
    }

    private PrefixTree add(PrefixTree tree, Network network) {
        return tree.with(network, expect(network));
    }

    /** Removes the oldest, or the newest, entry of a prefix. */
    private PrefixTree remove(PrefixTree tree, int which) {
        Network network = present.get(which);
        present.set(which, present.get(present.size() - 1));
        present.remove(present.size() - 1);
        NavigableMap<Long, PatternEntry> entries = Objects.requireNonNull(expected.get(network));
        PatternEntry entry = entries.remove(which % 2 == 0 ? entries.firstKey() : entries.lastKey());
        if (entries.isEmpty()) {
            expected.remove(network);
        }
        return tree.without(network, entry);
    }

    private void compare(PrefixTree tree, Random random, boolean ipv6, boolean clustered) {
        for (int i = 0; i < LOOK_UPS; i++) {
            Network near = present.isEmpty() || random.nextBoolean()
                    ? network(random, ipv6, clustered)
                    : present.get(random.nextInt(present.size()));
            boolean end = random.nextInt(3) == 0; // the last address of the network, or the one behind it
            long high = near.high();
            long low = near.low();
            if (end) {
                high |= near.length() >= 64 ? 0 : -1L >>> near.length();
                low |= near.length() <= 64 ? -1L : near.length() == 128 ? 0 : -1L >>> near.length() - 64;
                if (random.nextBoolean()) {
                    low++;
                    high += low == 0 ? 1 : 0;
                }
            } else {
                long bits = random.nextLong() >>> random.nextInt(64);
                high ^= ipv6 && random.nextBoolean() ? 0 : ipv6 ? bits : bits << 32;
                low ^= ipv6 ? random.nextLong() >>> random.nextInt(64) : 0;
            }
            if (!ipv6) {
                high &= -1L << 32;
                low = 0;
            }
            PatternEntry found = tree.longest(high, low);
            assertThat(found == null ? -1 : found.order())
                    .as("%016x %016x", high, low)
                    .isEqualTo(longest(ipv6, high, low));
        }
    }

    private long longest(boolean ipv6, long high, long low) {
        for (int length = ipv6 ? 128 : 32; length >= 0; length--) {
            NavigableMap<Long, PatternEntry> entries = expected.get(masked(ipv6, high, low, length));
            if (entries != null) {
                return entries.firstKey();
            }
        }
        return -1;
    }

    private static Network masked(boolean ipv6, long high, long low, int length) {
        long highMask = length == 0 ? 0 : -1L << Math.max(0, 64 - length);
        long lowMask = length <= 64 ? 0 : -1L << 128 - length;
        return new Network(ipv6, high & highMask, low & lowMask, length, 0, false);
    }

    /** Of any place; or of few places, where there are many of them, one within the other. */
    private static Network network(Random random, boolean ipv6, boolean clustered) {
        int bits = ipv6 ? 128 : 32;
        int length = random.nextInt(8) == 0 ? random.nextInt(bits + 1) : bits - random.nextInt(bits / 2);
        long high = random.nextLong();
        long low = random.nextLong();
        if (clustered) {
            high = 0x20010DB8_00000000L | (ipv6 ? random.nextInt(4) : (long) random.nextInt(1 << 13) << 32);
            low &= random.nextBoolean() ? 0x1FFF : 0xFFFFL << 48;
        }
        return ipv6 ? masked(true, high, low, length) : masked(false, high & -1L << 32, 0, length);
    }

    /** While networks within it come and go by thousands, an address is always in the one around them. */
    @Test
    @Timeout(180)
    void whatIsThereAllTheTimeIsFoundAllTheTime() throws InterruptedException {
        PatternReference list = new PatternReference(0, "l", "", false);
        PatternSet set = list.set(new PatternKind(MatchMethod.IP, false, false, PatternOutput.NONE), false);
        list.add("10.0.0.0/8", null);
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger missing = new AtomicInteger();
        CountDownLatch reading = new CountDownLatch(1);
        Thread reader = new Thread(() -> {
            Scratch scratch = new Scratch(1024);
            for (long address = 0; !done.get(); address += 0x10001) {
                Sample value = scratch.value;
                value.type = SampleType.IPV4;
                value.number = 0x0A000000L | (address & 0xFFFFFF);
                missing.addAndGet(set.matches(scratch, value) ? 0 : 1);
                reading.countDown();
            }
        });
        reader.start();
        reading.await();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 1200; i++) {
                list.add("10." + i / 250 + "." + i % 250 + ".0/24", null);
            }
            for (int i = 0; i < 1200; i++) {
                list.delete("10." + i / 250 + "." + i % 250 + ".0/24");
            }
        }
        done.set(true);
        reader.join();
        assertThat(missing.get()).isZero();
    }

    @Test
    void ofEqualNetworksTheFirstIsFoundUntilItIsRemoved() {
        Network network = Network.parse("192.0.2.0/24", false);
        PatternEntry first = new PatternEntry(1, "", 0, null);
        PatternEntry second = new PatternEntry(2, "", 0, null);
        PrefixTree tree =
                PrefixTree.of(List.of(new PrefixTree.Prefix(network, first), new PrefixTree.Prefix(network, second)));
        assertThat(found(tree, "192.0.2.9")).isSameAs(first);

        assertThat(found(tree.without(network, first), "192.0.2.9")).isSameAs(second);
        assertThat(found(tree.without(network, second), "192.0.2.9")).isSameAs(first);
        assertThat(found(tree.without(network, second).without(network, first), "192.0.2.9"))
                .isNull();
    }

    private static @Nullable PatternEntry found(PrefixTree tree, String address) {
        return tree.longest(Network.parse(address, false).high(), 0);
    }
}
