// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Hex;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.Scratch;
import org.jspecify.annotations.Nullable;

/** Patterns that a value is equal to: methods {@code str} and {@code bin}. */
final class TextIndex extends PatternIndex {
    private final PatternKind kind;
    private final ByteMap entries;

    private TextIndex(PatternKind kind, ByteMap entries) {
        this.kind = kind;
        this.entries = entries;
    }

    static TextIndex empty(PatternKind kind) {
        return new TextIndex(kind, ByteMap.empty(kind.fold() && kind.method() == MatchMethod.STR));
    }

    @Override
    @Nullable PatternEntry find(Scratch scratch, Sample value) {
        Bucket bucket = entries.find(value.bytes, value.start, value.end);
        return bucket == null ? null : bucket.first();
    }

    @Override
    PatternIndex with(PatternEntry entry, boolean names) {
        return new TextIndex(kind, entries.with(key(entry), entry));
    }

    @Override
    PatternIndex without(PatternEntry entry) {
        return new TextIndex(kind, entries.without(key(entry), entry));
    }

    private byte[] key(PatternEntry entry) {
        return kind.method() == MatchMethod.BIN ? Hex.parse(entry.text()) : entry.key();
    }

    @Override
    boolean isInTree(PatternEntry entry) {
        return isByKey();
    }

    @Override
    @Nullable ByteMap byKey() {
        return isByKey() ? entries : null;
    }

    private boolean isByKey() {
        return kind.method() == MatchMethod.STR && !kind.fold();
    }
}
