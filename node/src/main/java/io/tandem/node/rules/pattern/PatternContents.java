// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One version of what a reference holds, arranged for every kind of look-up that it is used for. Immutable. */
final class PatternContents {
    private static final PatternIndex[] NO_INDEXES = {};

    private final int version;
    private final Series<PatternEntry> entries;
    private final PatternIndex[] indexes;
    private final @Nullable ByteMap keys; // made when somebody first asks for an entry by its key and no index knows it

    private PatternContents(int version, Series<PatternEntry> entries, PatternIndex[] indexes, @Nullable ByteMap keys) {
        this.version = version;
        this.entries = entries;
        this.indexes = indexes;
        this.keys = keys;
    }

    static PatternContents empty(int version) {
        return new PatternContents(version, Series.empty(), NO_INDEXES, null);
    }

    /** No entries, of another version, for the same kinds of look-up. */
    PatternContents emptied(int otherVersion, Iterable<PatternKind> kinds) {
        PatternContents fresh = empty(otherVersion);
        for (PatternKind kind : kinds) {
            fresh = fresh.with(PatternIndex.empty(kind));
        }
        return keys == null ? fresh : fresh.keyed();
    }

    int version() {
        return version;
    }

    Series<PatternEntry> entries() {
        return entries;
    }

    PatternIndex index(int position) {
        return indexes[position];
    }

    /** Also arranged as {@code index} does, which holds the same entries. */
    PatternContents with(PatternIndex index) {
        PatternIndex[] more = Arrays.copyOf(indexes, indexes.length + 1);
        more[indexes.length] = index;
        return new PatternContents(version, entries, more, index.byKey() == null ? keys : null);
    }

    /** @throws io.tandem.node.rules.sample.SampleError if one of the kinds cannot read the pattern */
    PatternContents with(PatternEntry entry, boolean names) {
        PatternIndex[] changed = indexes.clone();
        for (int i = 0; i < changed.length; i++) {
            changed[i] = changed[i].with(entry, names);
        }
        return new PatternContents(
                version, entries.with(entry), changed, keys == null ? null : keys.with(entry.key(), entry));
    }

    PatternContents without(PatternEntry entry) {
        PatternIndex[] changed = indexes.clone();
        for (int i = 0; i < changed.length; i++) {
            changed[i] = changed[i].without(entry);
        }
        return new PatternContents(
                version,
                entries.without(entry.order()),
                changed,
                keys == null ? null : keys.without(entry.key(), entry));
    }

    /** With entries found by their key. */
    PatternContents keyed() {
        if (byKey() != null) {
            return this;
        }
        ByteMap made = ByteMap.empty(false);
        for (PatternEntry entry = entries.from(0); entry != null; entry = entries.from(entry.order() + 1)) {
            made = made.with(entry.key(), entry);
        }
        return new PatternContents(version, entries, indexes, made);
    }

    /** Null where no look-up needs them and nobody asked for them. */
    private @Nullable ByteMap byKey() {
        if (keys != null) {
            return keys;
        }
        for (PatternIndex index : indexes) {
            ByteMap same = index.byKey();
            if (same != null) {
                return same;
            }
        }
        return null;
    }

    /** The entries of that key, or null. Only of {@link #keyed} contents. */
    @Nullable Bucket find(byte[] bytes, int start, int end) {
        ByteMap known = byKey();
        return known == null ? null : known.find(bytes, start, end);
    }
}
