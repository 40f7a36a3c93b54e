// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.Scratch;
import org.jspecify.annotations.Nullable;

/**
 * Patterns that are a part of a value: methods {@code beg}, {@code end}, {@code sub}, {@code dir} and {@code dom}. All of them
 * are tried in one walk for each place where they might begin, where HAProxy tries all but {@code beg} one by one.
 */
final class PartIndex extends PatternIndex {
    private final PatternKind kind;
    private final RadixTree tree;
    private final Beginnings beginnings;

    private PartIndex(PatternKind kind, RadixTree tree, Beginnings beginnings) {
        this.kind = kind;
        this.tree = tree;
        this.beginnings = beginnings;
    }

    static PartIndex empty(PatternKind kind) {
        return new PartIndex(kind, RadixTree.empty(kind.fold()), Beginnings.NONE);
    }

    @Override
    @Nullable PatternEntry find(Scratch scratch, Sample value) {
        return switch (kind.method()) {
            case BEG ->
                kind.fold()
                        ? tree.first(value.bytes, value.start, value.end, 1, null, null)
                        : tree.longest(value.bytes, value.start, value.end);
            case END -> tree.first(value.bytes, value.end - 1, value.start - 1, -1, null, null);
            case SUB -> anywhere(value);
            case DIR -> words(value, Delimiters.PATH);
            default -> words(value, Delimiters.DOMAIN);
        };
    }

    @Override
    boolean matches(Scratch scratch, Sample value) {
        if (kind.method() != MatchMethod.SUB) {
            return find(scratch, value) != null;
        }
        for (int at = value.start; at < value.end; at++) {
            if (beginnings.has(value.bytes[at]) && tree.first(value.bytes, at, value.end, 1, null, null) != null) {
                return true;
            }
        }
        return tree.first(value.bytes, value.end, value.end, 1, null, null) != null;
    }

    private @Nullable PatternEntry anywhere(Sample value) {
        PatternEntry best = null;
        for (int at = value.start; at < value.end; at++) {
            if (beginnings.has(value.bytes[at])) {
                best = tree.first(value.bytes, at, value.end, 1, null, best);
            }
        }
        return tree.first(value.bytes, value.end, value.end, 1, null, best);
    }

    private @Nullable PatternEntry words(Sample value, Delimiters delimiters) {
        PatternEntry best = null;
        for (int at = value.start; at <= value.end; at++) {
            if (at == value.start || delimiters.contains(value.bytes[at - 1])) {
                best = tree.first(value.bytes, at, value.end, 1, delimiters, best);
            }
        }
        return best;
    }

    @Override
    PatternIndex with(PatternEntry entry, boolean names) {
        byte[] key = key(entry);
        return new PartIndex(kind, tree.with(key, entry), beginnings.with(key, kind.fold()));
    }

    @Override
    PatternIndex without(PatternEntry entry) {
        return new PartIndex(
                kind, tree.without(key(entry), entry), beginnings); // more of them than there are do no harm
    }

    private byte[] key(PatternEntry entry) {
        byte[] text = entry.key();
        return switch (kind.method()) {
            case END -> reversed(text);
            case DIR -> Delimiters.PATH.strip(text);
            case DOM -> Delimiters.DOMAIN.strip(text);
            default -> text;
        };
    }

    private static byte[] reversed(byte[] text) {
        byte[] reversed = new byte[text.length];
        for (int i = 0; i < text.length; i++) {
            reversed[i] = text[text.length - 1 - i];
        }
        return reversed;
    }

    @Override
    boolean isInTree(PatternEntry entry) {
        return kind.method() == MatchMethod.BEG && !kind.fold();
    }
}
