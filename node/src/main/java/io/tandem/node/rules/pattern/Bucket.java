// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one key: mostly one, but nothing keeps an operator from adding a key twice. The first added is the one that
 * matches. Immutable.
 */
interface Bucket {
    /** The entry that matches. */
    PatternEntry first();

    Bucket with(PatternEntry entry);

    /** Null where nothing is left. */
    @Nullable Bucket without(PatternEntry entry);

    void forEach(Consumer<PatternEntry> consumer);

    /** {@code bucket} with {@code entry}; null is one without entries. */
    static Bucket of(@Nullable Bucket bucket, PatternEntry entry) {
        return bucket == null ? entry : bucket.with(entry);
    }

    /**
     * More than one.
     *
     * @param entries at least one
     * @param first the first of them
     */
    record Several(Series<PatternEntry> entries, PatternEntry first) implements Bucket {
        @Override
        public Bucket with(PatternEntry entry) {
            return new Several(entries.with(entry), first.order() < entry.order() ? first : entry);
        }

        @Override
        public @Nullable Bucket without(PatternEntry entry) {
            Series<PatternEntry> left = entries.without(entry.order());
            PatternEntry next = left.from(0);
            return next == null ? null : left.size() == 1 ? next : new Several(left, next);
        }

        @Override
        public void forEach(Consumer<PatternEntry> consumer) {
            entries.forEach(consumer);
        }
    }
}
