// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.Scratch;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Numbers and ranges of them: methods {@code int} and {@code len}. Single numbers are hashed, ranges tried in order. */
final class NumberIndex extends PatternIndex {
    private final PatternKind kind;
    private final ByteMap singles;
    private final Series<Range> ranges;

    private NumberIndex(PatternKind kind, ByteMap singles, Series<Range> ranges) {
        this.kind = kind;
        this.singles = singles;
        this.ranges = ranges;
    }

    private record Range(NumberPattern numbers, PatternEntry entry) implements Ordered {
        @Override
        public long order() {
            return entry.order();
        }
    }

    static NumberIndex empty(PatternKind kind) {
        return new NumberIndex(kind, ByteMap.empty(false), Series.empty());
    }

    @Override
    @Nullable PatternEntry find(Scratch scratch, Sample value) {
        long number = kind.method() == MatchMethod.LEN ? value.length() : value.number;
        byte[] key = scratch.key(Long.BYTES);
        for (int i = 0; i < Long.BYTES; i++) {
            key[i] = (byte) (number >>> (Long.BYTES - 1 - i) * Byte.SIZE);
        }
        Bucket bucket = singles.find(key, 0, Long.BYTES);
        PatternEntry single = bucket == null ? null : bucket.first();
        for (Range range = ranges.from(0);
                range != null && (single == null || range.order() < single.order());
                range = ranges.from(range.order() + 1)) {
            if (range.numbers().contains(number)) {
                return range.entry();
            }
        }
        return single;
    }

    @Override
    PatternIndex with(PatternEntry entry, boolean names) {
        NumberPattern numbers = NumberPattern.parse(entry.text(), kind.dotted());
        return numbers.isSingle()
                ? new NumberIndex(kind, singles.with(key(numbers), entry), ranges)
                : new NumberIndex(kind, singles, ranges.with(new Range(numbers, entry)));
    }

    @Override
    PatternIndex without(PatternEntry entry) {
        NumberPattern numbers = NumberPattern.parse(entry.text(), kind.dotted());
        return numbers.isSingle()
                ? new NumberIndex(kind, singles.without(key(numbers), entry), ranges)
                : new NumberIndex(kind, singles, ranges.without(entry.order()));
    }

    private static byte[] key(NumberPattern numbers) {
        return ByteBuffer.allocate(Long.BYTES).putLong(numbers.low()).array();
    }
}
