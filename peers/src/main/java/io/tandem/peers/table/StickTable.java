// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import org.jspecify.annotations.Nullable;

/**
 * A stick table: what rules count and remember by key, summed over the nodes of the cluster.
 *
 * <p>An <em>entry</em> is an int that is valid from the look-up that answered it to {@link #release}; in between it is not
 * purged ({@code use} in {@code show table}). A <em>field</em> is an int for one value of an entry, asked for once when
 * rules are compiled: {@link #field(DataType)}. Nothing here allocates in the steady state.
 *
 * <p>Any thread. Look-ups, counting and reading take no lock; creating, removing, registers and {@link #set} lock one of
 * up to 64 shards. {@code nowMs} is a monotonic clock in milliseconds, the same for all callers of a process.
 */
public final class StickTable {
    /** No entry: unknown key, a key that does not fit the type, or a full table that may not purge. */
    public static final int NONE = -1;
    /** No such field: the type is not stored. */
    public static final int NOT_STORED = -1;

    static final int IN_STACK = 1 << 31;
    static final int TOUCHED = 1 << 30;
    static final int ALL_COLUMNS = (1 << DataType.values().length) - 1;

    private static final int ELEMENT_BITS = 8;
    private static final long MAX_U32 = 0xFFFF_FFFFL;

    private final TableDefinition definition;
    private final int expireMs;
    final Layout layout;
    final KeyCodec codec;
    final Entries entries;
    final HybridClock clock;
    final Origins origins;
    private final Dictionary dictionary;
    final Tombstones tombstones = new Tombstones();
    private final TableCells cells;
    /** Called when an entry becomes dirty; null while nobody replicates. Written by replication, read by any. */
    private volatile @Nullable Runnable onDirty;

    StickTable(TableDefinition definition, long seed, HybridClock clock, Origins origins, Dictionary dictionary) {
        this.definition = definition;
        this.expireMs = definition.expireMs();
        this.layout = new Layout(definition);
        this.codec = new KeyCodec(definition, layout.keyLongs, seed);
        this.clock = clock;
        this.origins = origins;
        this.dictionary = dictionary;
        this.entries = new Entries(definition, layout, codec, origins, tombstones);
        this.cells = new TableCells(this);
    }

    public TableDefinition definition() {
        return definition;
    }

    /** Entries the table may hold. */
    public long size() {
        return definition.size();
    }

    /** Entries it holds; one that has expired counts until the next {@link #expire}. */
    public int used() {
        return entries.used();
    }

    /** The field of that type, or {@link #NOT_STORED}. Where {@code gpc} is stored, {@code GPC0} and {@code GPC1} are its elements. */
    public int field(DataType type) {
        if (layout.place(type) >= 0) {
            return field(type, 0);
        }
        return switch (type) {
            case GPC0 -> field(DataType.GPC, 0);
            case GPC1 -> field(DataType.GPC, 1);
            case GPC0_RATE -> field(DataType.GPC_RATE, 0);
            case GPC1_RATE -> field(DataType.GPC_RATE, 1);
            case GPT0 -> field(DataType.GPT, 0);
            default -> NOT_STORED;
        };
    }

    /** The element of an array type, or {@link #NOT_STORED}. */
    public int field(DataType type, int element) {
        int place = layout.place(type);
        return place >= 0 && element >= 0 && element < layout.columns[place].elements()
                ? place << ELEMENT_BITS | element
                : NOT_STORED;
    }

    /** The entry of a key, held, or {@link #NONE}. Does not refresh it. */
    public int find(byte[] key, int off, int len, long nowMs) {
        return entries.find(key, off, len, nowMs);
    }

    /** The entry of a key, held and refreshed, created if needed; {@link #NONE} when it cannot be. */
    public int findOrCreate(byte[] key, int off, int len, long nowMs) {
        int entry = entries.hold(key, off, len, nowMs, nowMs + expireMs);
        if (entry != NONE) {
            touch(entry, nowMs);
        }
        return entry;
    }

    /** Lets go of an entry; it must not be used afterwards. */
    public void release(int entry) {
        entries.release(entry);
    }

    /** Holds an entry known from {@link #entries()}; false when it has gone. */
    public boolean hold(int entry) {
        return entries.hold(entry);
    }

    /** Starts its lifetime anew, here and on the other nodes. */
    public void touch(int entry, long nowMs) {
        entries.prolong(entry, nowMs + expireMs);
        markDirty(entry, TOUCHED);
    }

    /** Milliseconds until it expires, 0 where entries do not. */
    public long remainingMs(int entry, long nowMs) {
        return expireMs == 0 ? 0 : Math.max(0, entries.deadlineMs(entry) - nowMs);
    }

    /** Holders of an entry, the caller included. */
    public int use(int entry) {
        return entries.use(entry);
    }

    /** Copies the key of a held entry into {@code into} and answers its length, at most {@code keyBytes}. */
    public int key(int entry, byte[] into) {
        Shard shard = entries.shardOf(entry);
        int local = entries.local(entry);
        return codec.read(shard.page(local).longs, shard.longsAt(local) + Layout.KEY, into, 0);
    }

    /** Adds n to a counter, rate or gauge of this node; n may be negative for a gauge. */
    public void add(int entry, int field, long n, long nowMs) {
        Shard shard = entries.shardOf(entry);
        int local = entries.local(entry);
        long[] longs = shard.page(local).longs;
        Column column = column(field);
        int word = shard.longsAt(local) + entryWord(field);
        if (column.type().isRate()) {
            Rates.add(longs, word, n, column.periodMs(), nowMs);
        } else {
            Shard.LONGS.getAndAdd(longs, word, n);
        }
        markDirty(entry, 1 << place(field));
    }

    /** The value in the whole cluster: the sum over the nodes, or the latest write of a register. */
    public long value(int entry, int field, long nowMs) {
        Column column = column(field);
        long own = localValue(entry, field, nowMs);
        DataType type = column.type();
        if (type.merge() == DataType.Merge.REGISTER) {
            return own;
        }
        Shard shard = entries.shardOf(entry);
        int local = entries.local(entry);
        Shard.Page page = shard.page(local);
        int head = (int) Shard.INTS.getAcquire(page.ints, Shard.intsAt(local) + Layout.REPLICAS);
        if (head == 0) {
            return own;
        }
        long epoch = (long) Shard.LONGS.getAcquire(page.longs, shard.longsAt(local) + Layout.EPOCH);
        return saturate(type, own + others(shard.replicas, head, field, epoch, nowMs));
    }

    private long others(Replicas replicas, int head, int field, long epoch, long nowMs) {
        Column column = column(field);
        boolean gauge = column.type().merge() == DataType.Merge.GAUGE;
        long sum = 0;
        for (int next = head; next != 0; next = replicas.next(next - 1)) {
            int number = next - 1;
            long[] longs = replicas.page(number).longs;
            int at = replicas.longsAt(number);
            boolean counts = gauge
                    ? origins.isLive(replicas.origin(number))
                    : (long) Shard.LONGS.getAcquire(longs, at + Layout.REPLICA_EPOCH) == epoch;
            if (counts) {
                int word = at + layout.replicaWord[place(field)] + element(field) * Layout.words(column);
                sum += column.type().isRate()
                        ? Rates.value(longs, word, column.periodMs(), nowMs)
                        : (long) Shard.LONGS.getOpaque(longs, word);
            }
        }
        return sum;
    }

    /** What this node alone counted; a register's value is everybody's. */
    public long localValue(int entry, int field, long nowMs) {
        Shard shard = entries.shardOf(entry);
        int local = entries.local(entry);
        long[] longs = shard.page(local).longs;
        Column column = column(field);
        int word = shard.longsAt(local) + entryWord(field);
        if (column.type().isRate()) {
            return saturate(column.type(), Rates.value(longs, word, column.periodMs(), nowMs));
        }
        if (column.type().merge() == DataType.Merge.REGISTER) {
            return (long) Shard.LONGS.getAcquire(longs, word + 1);
        }
        return saturate(column.type(), (long) Shard.LONGS.getOpaque(longs, word));
    }

    private static long saturate(DataType type, long value) {
        return switch (type.wire()) {
            case U64 -> value;
            default -> Math.max(0, Math.min(value, MAX_U32));
        };
    }

    /**
     * Makes the cluster's value of a field this one ({@code set table}, {@code sc-set-gpt}, clearing a counter). A rate
     * begins a new period with it.
     *
     * <p>For counters and rates this node takes over what all have counted and begins a new epoch of the key; what other
     * nodes count in the moment before they hear of it is lost.
     */
    public void set(int entry, int field, long value, long nowMs) {
        Shard shard = entries.shardOf(entry);
        synchronized (shard) {
            switch (column(field).type().merge()) {
                case REGISTER -> writeRegister(entry, field, value, clock.next(nowMs));
                case GAUGE -> {
                    long difference = value - value(entry, field, nowMs);
                    Shard.LONGS.getAndAdd(
                            shard.page(entries.local(entry)).longs, entryWordAt(entry, field), difference);
                }
                case SUM -> {
                    if (onDirty != null) {
                        new Cells(this, entry).adoptAll(clock.next(nowMs), nowMs);
                    }
                    writeOwn(entry, field, value, nowMs);
                }
            }
        }
        markDirty(entry, column(field).type().merge() == DataType.Merge.SUM ? ALL_COLUMNS : 1 << place(field));
    }

    private void writeOwn(int entry, int field, long value, long nowMs) {
        long[] longs = entries.shardOf(entry).page(entries.local(entry)).longs;
        int word = entryWordAt(entry, field);
        if (column(field).type().isRate()) {
            Rates.set(longs, word, nowMs, value, 0);
        } else {
            Shard.LONGS.setVolatile(longs, word, value);
        }
    }

    private void writeRegister(int entry, int field, long value, long stamp) {
        long[] longs = entries.shardOf(entry).page(entries.local(entry)).longs;
        int word = entryWordAt(entry, field);
        longs[word] = stamp;
        Shard.LONGS.setVolatile(longs, word + 1, value);
    }

    /** The text of {@code server_key}, or null while there is none or it is not stored. */
    public @Nullable String serverKey(int entry, long nowMs) {
        int field = field(DataType.SERVER_KEY);
        return field == NOT_STORED ? null : dictionary.text(localValue(entry, field, nowMs));
    }

    /** Remembers a server's name or address; does nothing where {@code server_key} is not stored. */
    public void setServerKey(int entry, String text, long nowMs) {
        int field = field(DataType.SERVER_KEY);
        if (field != NOT_STORED) {
            int number = dictionary.number(text);
            if (localValue(entry, field, nowMs) != number) {
                set(entry, field, number, nowMs);
            }
        }
    }

    /**
     * Removes an entry that the caller holds and nobody else, on all nodes ({@code clear table T key K}); it is released
     * either way.
     *
     * @return false when it is in use elsewhere
     */
    public boolean clear(int entry, long nowMs) {
        byte[] key = new byte[definition.keyBytes()];
        int length = key(entry, key);
        if (!entries.removeHeld(entry)) {
            return false;
        }
        if (onDirty != null) {
            Clear clear = new Clear(java.util.Arrays.copyOf(key, length), clock.next(nowMs));
            tombstones.bury(key, length, clear.epoch(), nowMs);
            announce(clear);
        }
        return true;
    }

    /** Removes all entries that are not in use, on all nodes ({@code clear table T}). Answers how many went here. */
    public int clearAll(long nowMs) {
        int removed = 0;
        for (int entry : entries.all()) {
            if (hold(entry) && entries.removeHeld(entry)) {
                removed++;
            }
        }
        if (onDirty != null) {
            Clear clear = new Clear(null, clock.next(nowMs));
            tombstones.buryAll(clear.epoch());
            announce(clear);
        }
        return removed;
    }

    private void announce(Clear clear) {
        cells.announce(clear);
        Runnable wake = onDirty;
        if (wake != null) {
            wake.run();
        }
    }

    /** The table as replication sees it. */
    public TableCells cells() {
        return cells;
    }

    /** Removes what has expired, in bounded steps; to be called a few times a second. Answers how many went. */
    public int expire(long nowMs) {
        return entries.expire(nowMs);
    }

    /** All entries at this moment, in no order and not held: {@link #hold} each before reading it. */
    public int[] entries() {
        return entries.all();
    }

    /** Whether a held entry would be gone if nobody held it. */
    public boolean isExpired(int entry, long nowMs) {
        return entries.isExpired(entry, nowMs);
    }

    void replicateTo(@Nullable Runnable onDirty) {
        this.onDirty = definition.shared() ? onDirty : null;
    }

    Dictionary dictionary() {
        return dictionary;
    }

    /** Puts an entry on its shard's dirty stack unless it is there, so that it conflates and the stack cannot overflow. */
    void markDirty(int entry, int bits) {
        Runnable wake = onDirty;
        if (wake == null) {
            return;
        }
        Shard shard = entries.shardOf(entry);
        int local = entries.local(entry);
        int[] ints = shard.page(local).ints;
        int at = Shard.intsAt(local);
        int before = (int) Shard.INTS.getAndBitwiseOr(ints, at + Layout.DIRTY, bits | IN_STACK);
        if ((before & IN_STACK) == 0) {
            int[] head = shard.dirtyHead;
            int top;
            do {
                top = (int) Shard.INTS.getVolatile(head, 0);
                ints[at + Layout.DIRTY_NEXT] = top;
            } while (!Shard.INTS.compareAndSet(head, 0, top, local + 1));
        }
        // A refresh alone is in no hurry, and a count mostly follows it: it goes with the next batch.
        if (bits != TOUCHED && (before & ~TOUCHED & ~IN_STACK) == 0) {
            wake.run();
        }
    }

    private Column column(int field) {
        return layout.columns[field >> ELEMENT_BITS];
    }

    private static int place(int field) {
        return field >> ELEMENT_BITS;
    }

    private static int element(int field) {
        return field & ((1 << ELEMENT_BITS) - 1);
    }

    private int entryWord(int field) {
        return layout.entryWord[place(field)] + element(field) * Layout.words(column(field));
    }

    private int entryWordAt(int entry, int field) {
        return entries.shardOf(entry).longsAt(entries.local(entry)) + entryWord(field);
    }
}
