// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Expressions that are in use: one that is written a thousand times, or again in the next configuration, is compiled once.
 * Forgotten with the last that uses them. Thread-safe.
 */
final class SharedRegexes {
    private final Compiler compiler;
    private final ConcurrentMap<Key, Entry> entries = new ConcurrentHashMap<>();
    private final ReferenceQueue<CompiledRegex> unused = new ReferenceQueue<>();

    SharedRegexes(Compiler compiler) {
        this.compiler = compiler;
    }

    /** What makes expressions equal. */
    record Key(String text, boolean ignoreCase, boolean captures) {}

    /** Compiles an expression that is not known yet. */
    @FunctionalInterface
    interface Compiler {
        CompiledRegex compile(Key key) throws RegexSyntaxException;
    }

    private static final class Entry extends WeakReference<CompiledRegex> {
        private final Key key;

        Entry(Key key, CompiledRegex regex, ReferenceQueue<CompiledRegex> unused) {
            super(regex, unused);
            this.key = key;
        }
    }

    /** The expression; two threads that ask for a new one at once may get two. */
    CompiledRegex get(Key key) throws RegexSyntaxException {
        forgetUnused();
        Entry entry = entries.get(key);
        CompiledRegex known = entry == null ? null : entry.get();
        if (known != null) {
            return known;
        }
        CompiledRegex regex = compiler.compile(key);
        entries.put(key, new Entry(key, regex, unused));
        return regex;
    }

    int size() {
        forgetUnused();
        return entries.size();
    }

    private void forgetUnused() {
        for (@Nullable Object entry = unused.poll(); entry != null; entry = unused.poll()) {
            if (entry instanceof Entry old) {
                entries.remove(old.key, old);
            }
        }
    }
}
