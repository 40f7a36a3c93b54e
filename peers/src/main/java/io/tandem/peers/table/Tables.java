// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The stick tables of a process by name. Outlives configurations: a reload declares its tables again and finds those
 * whose definition is unchanged as they were. Any thread.
 */
public final class Tables {
    private final long seed;
    private final HybridClock clock;
    private final Origins origins = new Origins();
    private final Dictionary dictionary = new Dictionary();
    private final Map<String, StickTable> byName = new ConcurrentHashMap<>();
    private final List<String> order = new ArrayList<>(); // guarded by this
    private volatile @Nullable Runnable onDirty;
    private volatile int generation; // written under the lock

    /**
     * @param seed secret and random: keys the hash against chosen collisions
     * @param wallOffsetMs what to add to {@code nowMs} to get milliseconds UTC
     */
    public Tables(long seed, long wallOffsetMs) {
        this.seed = seed;
        this.clock = new HybridClock(wallOffsetMs);
    }

    /** The table of that definition: the present one with its entries if nothing changed, else an empty one. */
    public synchronized StickTable declare(TableDefinition definition) {
        StickTable present = byName.get(definition.name());
        if (present != null && present.definition().equals(definition)) {
            return present;
        }
        StickTable table = new StickTable(definition, seed, clock, origins, dictionary);
        table.replicateTo(onDirty);
        if (present == null) {
            order.add(definition.name());
        } else {
            present.replicateTo(null);
        }
        byName.put(definition.name(), table);
        changed();
        return table;
    }

    /** Forgets the tables that are not among those names, after a reload. */
    public synchronized void retainOnly(Collection<String> names) {
        for (String name : List.copyOf(order)) {
            if (!names.contains(name)) {
                order.remove(name);
                StickTable gone = byName.remove(name);
                if (gone != null) {
                    gone.replicateTo(null);
                }
                changed();
            }
        }
    }

    /** Moves whenever the set of tables changes. */
    public int generation() {
        return generation;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the holder of the lock
    private void changed() {
        generation++;
        Runnable wake = onDirty;
        if (wake != null) {
            wake.run();
        }
    }

    /** The table of that name, or null. */
    public @Nullable StickTable get(String name) {
        return byName.get(name);
    }

    /** All tables in the order of their declaration; {@code show table} lists them last declared first. */
    public synchronized List<StickTable> all() {
        List<StickTable> all = new ArrayList<>();
        for (String name : order) {
            StickTable table = byName.get(name);
            if (table != null) {
                all.add(table);
            }
        }
        return all;
    }

    /** Removes expired entries of all tables; to be called a few times a second. */
    public void expire(long nowMs) {
        for (StickTable table : byName.values()) {
            table.expire(nowMs);
        }
    }

    /** Calls {@code wake} whenever an entry becomes dirty, from the thread that changed it; null stops it. */
    public synchronized void replicateTo(@Nullable Runnable wake) {
        onDirty = wake;
        byName.values().forEach(table -> table.replicateTo(wake));
    }

    public HybridClock clock() {
        return clock;
    }

    public Origins origins() {
        return origins;
    }

    public Dictionary dictionary() {
        return dictionary;
    }
}
