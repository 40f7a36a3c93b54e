// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.Scratch;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Methods of requests. Those that HAProxy knows are numbers to it and {@code -i} does not concern them; it does those that
 * neither side knows.
 */
final class MethodIndex extends PatternIndex {
    private static final Set<String> KNOWN =
            Set.of("OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "CONNECT");

    private final ByteMap known;
    private final ByteMap others;

    private MethodIndex(ByteMap known, ByteMap others) {
        this.known = known;
        this.others = others;
    }

    static MethodIndex empty(PatternKind kind) {
        return new MethodIndex(ByteMap.empty(false), ByteMap.empty(kind.fold()));
    }

    @Override
    @Nullable PatternEntry find(Scratch scratch, Sample value) {
        Bucket bucket = known.find(value.bytes, value.start, value.end);
        if (bucket == null && !isKnown(value)) {
            bucket = others.find(value.bytes, value.start, value.end);
        }
        return bucket == null ? null : bucket.first();
    }

    private static boolean isKnown(Sample value) {
        return switch (value.length()) {
            case 3, 4, 5, 6, 7 -> KNOWN_METHODS.find(value.bytes, value.start, value.end) != null;
            default -> false;
        };
    }

    private static final ByteMap KNOWN_METHODS = knownMethods();

    private static ByteMap knownMethods() {
        ByteMap all = ByteMap.empty(false);
        for (String method : KNOWN) {
            PatternEntry entry = new PatternEntry(0, method, 0, null);
            all = all.with(entry.key(), entry);
        }
        return all;
    }

    @Override
    PatternIndex with(PatternEntry entry, boolean names) {
        return KNOWN.contains(entry.text())
                ? new MethodIndex(known.with(entry.key(), entry), others)
                : new MethodIndex(known, others.with(entry.key(), entry));
    }

    @Override
    PatternIndex without(PatternEntry entry) {
        return KNOWN.contains(entry.text())
                ? new MethodIndex(known.without(entry.key(), entry), others)
                : new MethodIndex(known, others.without(entry.key(), entry));
    }
}
