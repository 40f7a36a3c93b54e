// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.rules.sample.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Many keys, so that blocks are divided and joined again, against the library's map. */
class ByteMapTest {
    private static final int EDITS = 6000;

    @Property(tries = 8)
    void editsAtRandomLeaveWhatTheLibrarysMapHas(@ForAll long seed, @ForAll boolean fold) {
        Random random = new Random(seed);
        Map<String, NavigableMap<Long, PatternEntry>> expected = new HashMap<>();
        List<PatternEntry> present = new ArrayList<>();
        ByteMap map = ByteMap.empty(fold);
        long order = 0;
        for (int i = 0; i < EDITS; i++) {
            PatternEntry entry = new PatternEntry(order++, key(random), 0, null);
            map = map.with(entry.key(), entry);
            expected.computeIfAbsent(folded(entry.text(), fold), k -> new TreeMap<>())
                    .put(entry.order(), entry);
            present.add(entry);
            if (random.nextInt(4) == 0) {
                map = remove(map, present, random, expected, fold);
            }
        }
        compare(map, expected, fold, random);
        while (!present.isEmpty()) {
            map = remove(map, present, random, expected, fold);
            if (present.size() % 1000 == 3) {
                compare(map, expected, fold, random);
            }
        }
        compare(map, expected, fold, random);
    }

    private static ByteMap remove(
            ByteMap map,
            List<PatternEntry> present,
            Random random,
            Map<String, NavigableMap<Long, PatternEntry>> expected,
            boolean fold) {
        PatternEntry entry = present.remove(random.nextInt(present.size()));
        Objects.requireNonNull(expected.get(folded(entry.text(), fold))).remove(entry.order());
        return map.without(entry.key(), entry);
    }

    private static void compare(
            ByteMap map, Map<String, NavigableMap<Long, PatternEntry>> expected, boolean fold, Random random) {
        List<String> keys = new ArrayList<>(expected.keySet());
        for (int i = 0; i < 1000; i++) {
            keys.add(key(random));
        }
        for (String key : keys) {
            NavigableMap<Long, PatternEntry> entries = expected.getOrDefault(folded(key, fold), new TreeMap<>());
            byte[] bytes = Text.bytes("<" + key + ">");
            Bucket found = map.find(bytes, 1, bytes.length - 1);
            assertThat(found == null ? null : found.first())
                    .as(key)
                    .isEqualTo(entries.isEmpty() ? null : entries.firstEntry().getValue());
        }
    }

    private static String folded(String key, boolean fold) {
        return fold ? key.toLowerCase(Locale.ROOT) : key;
    }

    /** Of 0 to 20 letters in either case; short ones come again. */
    private static String key(Random random) {
        StringBuilder key = new StringBuilder();
        for (int left = random.nextInt(21); left > 0; left--) {
            key.append("abcABC".charAt(random.nextInt(6)));
        }
        return key.toString();
    }

    @Test
    void keysOfOneHashAreToldApart() {
        KeyBlock block = KeyBlock.EMPTY;
        List<PatternEntry> entries = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            PatternEntry entry = new PatternEntry(i, "key" + i, 0, null);
            entries.add(entry);
            block = block.with(i % 2, entry.key(), entry, false); // what hashes to 0 is kept as 1
        }
        assertThat(block.size()).isEqualTo(40);
        for (PatternEntry entry : entries) {
            byte[] key = entry.key();
            int hash = (int) entry.order() % 2;
            assertThat(block.find(hash, key, 0, key.length, false)).isSameAs(entry);
            block = block.without(hash, key, entry, false);
            assertThat(block.find(hash, key, 0, key.length, false)).isNull();
        }
        assertThat(block.size()).isZero();
    }
}
