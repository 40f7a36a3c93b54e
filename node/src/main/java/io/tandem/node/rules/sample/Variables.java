// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The variables of one scope. The names come from the configuration, so their number is bounded by it; a value is at most
 * as long as a sample. Slots and their bytes are reused from one exchange to the next.
 *
 * <p>Not thread-safe, but for {@link #PROCESS}, which locks.
 */
public final class Variables {
    private static final String[] NO_NAMES = {};
    private static final Sample[] NO_VALUES = {};
    /** What HAProxy takes for a variable beside its bytes. */
    private static final int OVERHEAD = 72;

    /** The {@code proc} scope: of the process, whatever is reloaded. */
    public static final Variables PROCESS = new Variables();

    /** Of a scope that is not there: forgets at once. */
    public static final Variables ABSENT = new Variables();

    private String[] names = NO_NAMES;
    private Sample[] values = NO_VALUES;
    private int count;
    /** Null without a limit. */
    private @Nullable VariableBudget budget;

    private long taken;

    /** Without a limit. */
    public Variables() {
        this(null);
    }

    /** @param budget what they may take; null without a limit */
    public Variables(@Nullable VariableBudget budget) {
        this.budget = budget;
    }

    /** Forgets all. */
    public void clear() {
        count = 0;
        VariableBudget present = budget;
        if (present != null) {
            present.take(-taken);
            taken = 0;
        }
    }

    /** From now on they may take no more than {@code limit}, which what is there counts for; null without a limit. */
    public synchronized void limitTo(@Nullable VariableBudget limit) {
        taken = 0;
        budget = limit;
        for (int i = 0; i < count && limit != null; i++) {
            pay(limit, cost(values[i]));
        }
    }

    private static int cost(Sample value) {
        return OVERHEAD + (value.isBytes() ? value.length() : 0);
    }

    private boolean pay(VariableBudget from, long bytes) {
        boolean fits = from.take(bytes);
        taken += fits ? bytes : 0;
        return fits;
    }

    /** Remembers a copy of {@code value}. */
    @SuppressWarnings("ReferenceEquality") // there is one such object
    public synchronized void set(String name, Sample value) {
        if (this == ABSENT) {
            return;
        }
        int at = find(name);
        VariableBudget present = budget;
        if (present != null && !pay(present, cost(value) - (at < 0 ? 0 : cost(values[at])))) {
            unset(name);
            return;
        }
        if (at < 0) {
            at = slot(name);
        }
        Sample kept = values[at];
        kept.type = value.type;
        kept.number = value.number;
        if (value.isBytes()) {
            int length = value.length();
            if (kept.bytes.length < length) {
                kept.bytes = new byte[Math.max(32, length)];
            }
            System.arraycopy(value.bytes, value.start, kept.bytes, 0, length);
            kept.start = 0;
            kept.end = length;
        }
    }

    private int slot(String name) {
        if (count == names.length) {
            names = Arrays.copyOf(names, count + 8);
            values = Arrays.copyOf(values, count + 8);
            for (int i = count; i < values.length; i++) {
                values[i] = new Sample();
            }
        }
        names[count] = name;
        return count++;
    }

    /** Forgets one. */
    public synchronized void unset(String name) {
        int at = find(name);
        if (at >= 0) {
            count--;
            Sample freed = values[at];
            VariableBudget present = budget;
            if (present != null) {
                pay(present, -cost(freed));
            }
            names[at] = names[count];
            values[at] = values[count];
            values[count] = freed;
        }
    }

    /** Whether one has a value. */
    synchronized boolean has(String name) {
        return find(name) >= 0;
    }

    /** Puts the value into {@code out}; false when there is none. */
    public synchronized boolean get(String name, Scratch scratch, Sample out) {
        int at = find(name);
        if (at < 0) {
            return false;
        }
        Sample kept = values[at];
        out.type = kept.type;
        out.number = kept.number;
        if (kept.isBytes()) {
            // Copied: the rule that reads it may set it again, or another thread where it is the process's.
            int length = kept.length();
            if (scratch.room() < length) {
                return false;
            }
            int to = scratch.claim(length);
            System.arraycopy(kept.bytes, kept.start, scratch.bytes(), to, length);
            out.set(kept.type, scratch.bytes(), to, to + length);
        }
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // names are interned
    private int find(String name) {
        for (int i = 0; i < count; i++) {
            if (names[i] == name) {
                return i;
            }
        }
        return -1;
    }
}
