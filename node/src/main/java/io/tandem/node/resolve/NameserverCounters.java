// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import java.util.concurrent.atomic.AtomicLongArray;

/** The numbers of one name server; they go on across reloads. Written by its section's loop, read and cleared by any thread. */
@SuppressWarnings("EnumOrdinal") // rows by the order of the constants, which nothing outside sees
final class NameserverCounters {
    private final AtomicLongArray values = new AtomicLongArray(NameserverCounter.values().length);

    void count(NameserverCounter counter) {
        values.incrementAndGet(counter.ordinal());
    }

    long get(NameserverCounter counter) {
        return values.get(counter.ordinal());
    }

    void clear() {
        for (int i = 0; i < values.length(); i++) {
            values.set(i, 0);
        }
    }
}
