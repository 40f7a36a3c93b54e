// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.Scratch;
import org.jspecify.annotations.Nullable;

/**
 * The patterns of a reference, arranged for one kind of look-up. Immutable: a change answers another index that shares
 * nearly all of this one.
 */
abstract class PatternIndex {
    /**
     * The entry that the value matches, of several the one HAProxy takes: the longest network or beginning, else the one
     * added first. Allocates nothing.
     *
     * @param value of the type the method wants
     */
    abstract @Nullable PatternEntry find(Scratch scratch, Sample value);

    /** Whether there is such an entry: which one does not matter. */
    boolean matches(Scratch scratch, Sample value) {
        return find(scratch, value) != null;
    }

    /**
     * With one more entry.
     *
     * @param names whether names of hosts may be looked up
     * @throws io.tandem.node.rules.sample.SampleError in HAProxy's words if its pattern cannot be read
     */
    abstract PatternIndex with(PatternEntry entry, boolean names);

    /** Without an entry that it has. */
    abstract PatternIndex without(PatternEntry entry);

    /** Whether HAProxy keeps such a pattern in a tree, as {@code get acl} says; the others it tries one by one. */
    boolean isInTree(PatternEntry entry) {
        return false;
    }

    static PatternIndex empty(PatternKind kind) {
        return switch (kind.method()) {
            case FOUND, BOOL -> NoIndex.NONE;
            case INT, LEN -> NumberIndex.empty(kind);
            case IP -> NetworkIndex.EMPTY;
            case STR, BIN -> TextIndex.empty(kind);
            case BEG, END, SUB, DIR, DOM -> PartIndex.empty(kind);
            case REG, REGM -> RegexIndex.empty(kind);
            case METHOD -> MethodIndex.empty(kind);
        };
    }

    /** How an index is made of many entries. */
    interface Filling {
        /**
         * Adds one, as {@link #with} does.
         *
         * @throws io.tandem.node.rules.sample.SampleError in HAProxy's words if its pattern cannot be read
         */
        void add(PatternEntry entry, boolean names);

        /** Of all that were added. */
        PatternIndex index();
    }

    static Filling filling(PatternKind kind) {
        return kind.method() == MatchMethod.IP ? new NetworkIndex.ManyNetworks() : new OneByOne(empty(kind));
    }

    private static final class OneByOne implements Filling {
        private PatternIndex index;

        OneByOne(PatternIndex empty) {
            index = empty;
        }

        @Override
        public void add(PatternEntry entry, boolean names) {
            index = index.with(entry, names);
        }

        @Override
        public PatternIndex index() {
            return index;
        }
    }

    /** Entries by the bytes of their patterns, where that is what it keeps; else null. */
    @Nullable ByteMap byKey() {
        return null;
    }

    /** Of methods that compare with no pattern. */
    private static final class NoIndex extends PatternIndex {
        static final NoIndex NONE = new NoIndex();

        @Override
        @Nullable PatternEntry find(Scratch scratch, Sample value) {
            return null;
        }

        @Override
        PatternIndex with(PatternEntry entry, boolean names) {
            return this;
        }

        @Override
        PatternIndex without(PatternEntry entry) {
            return this;
        }
    }
}
