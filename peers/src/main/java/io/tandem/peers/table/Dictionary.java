// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Numbers for the server names and addresses in {@code server_key}. Any thread.
 *
 * <p>Bounded: once full, an unknown text has no number and is stored as none.
 */
public final class Dictionary {
    /** Stands for no text. */
    public static final int NONE = 0;

    static final int MAX_TEXTS = 65_535;
    static final int MAX_TEXT_CHARS = 512;

    private final ConcurrentHashMap<String, Integer> numbers = new ConcurrentHashMap<>();
    private final AtomicReferenceArray<@Nullable String> texts = new AtomicReferenceArray<>(MAX_TEXTS + 1);
    private final AtomicInteger last = new AtomicInteger();

    /** The number of a text, {@link #NONE} for an empty or overlong one or when the dictionary is full. */
    public int number(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > MAX_TEXT_CHARS) {
            return NONE;
        }
        Integer known = numbers.get(text);
        return known != null ? known : add(text);
    }

    private synchronized int add(String text) {
        Integer known = numbers.get(text);
        if (known != null) {
            return known;
        }
        if (last.get() == MAX_TEXTS) {
            return NONE;
        }
        int number = last.incrementAndGet();
        texts.set(number, text);
        numbers.put(text, number);
        return number;
    }

    /** The text of a number, null for {@link #NONE} and for a number never given. */
    public @Nullable String text(long number) {
        return number > 0 && number <= MAX_TEXTS ? texts.get((int) number) : null;
    }
}
