// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.util.concurrent.atomic.AtomicInteger;
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

    private static final int ENTRIES_PER_SHARD = 1024;
    private static final int MAX_SHARDS = 64;
    private static final int MAX_SIZE = 1 << 30;
    private static final int ELEMENT_BITS = 8;
    private static final long MAX_U32 = 0xFFFF_FFFFL;

    private final TableDefinition definition;
    private final int size;
    private final int expireMs;
    final Layout layout;
    final KeyCodec codec;
    final Shard[] shards;
    final int shardBits;
    final HybridClock clock;
    final Origins origins;
    private final Dictionary dictionary;
    final Tombstones tombstones = new Tombstones();
    private final TableCells cells;
    private final AtomicInteger used = new AtomicInteger();
    private final AtomicInteger evictFrom = new AtomicInteger();
    /** Called when an entry becomes dirty; null while nobody replicates. Written by replication, read by any. */
    private volatile @Nullable Runnable onDirty;

    StickTable(TableDefinition definition, long seed, HybridClock clock, Origins origins, Dictionary dictionary) {
        this.definition = definition;
        this.size = (int) Math.min(definition.size(), MAX_SIZE);
        this.expireMs = definition.expireMs();
        this.layout = new Layout(definition);
        this.codec = new KeyCodec(definition, layout.keyLongs, seed);
        this.clock = clock;
        this.origins = origins;
        this.dictionary = dictionary;
        this.cells = new TableCells(this);
        int wanted = Math.max(1, Math.min(MAX_SHARDS, size / ENTRIES_PER_SHARD));
        this.shardBits = 31 - Integer.numberOfLeadingZeros(wanted);
        this.shards = new Shard[1 << shardBits];
        for (int i = 0; i < shards.length; i++) {
            shards[i] = new Shard(i, layout, codec, expireMs, origins);
        }
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
        return used.get();
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
        int length = codec.length(key, off, len);
        return length < 0 ? NONE : find(codec.hash(key, off, length), key, off, length, nowMs);
    }

    /** The entry of a key, held and refreshed, created if needed; {@link #NONE} when it cannot be. */
    public int findOrCreate(byte[] key, int off, int len, long nowMs) {
        int length = codec.length(key, off, len);
        if (length < 0) {
            return NONE;
        }
        int entry = hold(codec.hash(key, off, length), key, off, length, nowMs, nowMs + expireMs);
        if (entry != NONE) {
            touch(entry, nowMs);
        }
        return entry;
    }

    /** Lets go of an entry; it must not be used afterwards. */
    public void release(int entry) {
        shardOf(entry).release(local(entry));
    }

    /** Holds an entry known from {@link #entries()}; false when it has gone. */
    public boolean hold(int entry) {
        return shardOf(entry).hold(local(entry));
    }

    /** Starts its lifetime anew, here and on the other nodes. */
    public void touch(int entry, long nowMs) {
        prolong(entry, nowMs + expireMs);
        markDirty(entry, TOUCHED);
    }

    /** Milliseconds until it expires, 0 where entries do not. */
    public long remainingMs(int entry, long nowMs) {
        return expireMs == 0 ? 0 : Math.max(0, deadlineMs(entry) - nowMs);
    }

    /** Holders of an entry, the caller included. */
    public int use(int entry) {
        int local = local(entry);
        return (int) Shard.INTS.getVolatile(shardOf(entry).page(local).ints, Shard.intsAt(local) + Layout.USE);
    }

    /** Copies the key of a held entry into {@code into} and answers its length, at most {@code keyBytes}. */
    public int key(int entry, byte[] into) {
        Shard shard = shardOf(entry);
        int local = local(entry);
        return codec.read(shard.page(local).longs, shard.longsAt(local) + Layout.KEY, into, 0);
    }

    /** Adds n to a counter, rate or gauge of this node; n may be negative for a gauge. */
    public void add(int entry, int field, long n, long nowMs) {
        Shard shard = shardOf(entry);
        int local = local(entry);
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
        Shard shard = shardOf(entry);
        int local = local(entry);
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
        Shard shard = shardOf(entry);
        int local = local(entry);
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
        Shard shard = shardOf(entry);
        synchronized (shard) {
            switch (column(field).type().merge()) {
                case REGISTER -> writeRegister(entry, field, value, clock.next(nowMs));
                case GAUGE -> {
                    long difference = value - value(entry, field, nowMs);
                    Shard.LONGS.getAndAdd(shard.page(local(entry)).longs, entryWordAt(entry, field), difference);
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
        long[] longs = shardOf(entry).page(local(entry)).longs;
        int word = entryWordAt(entry, field);
        if (column(field).type().isRate()) {
            Rates.set(longs, word, nowMs, value, 0);
        } else {
            Shard.LONGS.setVolatile(longs, word, value);
        }
    }

    private void writeRegister(int entry, int field, long value, long stamp) {
        long[] longs = shardOf(entry).page(local(entry)).longs;
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
        if (!removeHeld(entry)) {
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
        for (int entry : entries()) {
            if (hold(entry) && removeHeld(entry)) {
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

    /** As {@link #clear}, on this node alone. */
    boolean removeHeld(int entry) {
        Shard shard = shardOf(entry);
        shard.release(local(entry));
        if (shard.removeUnused(local(entry))) {
            used.decrementAndGet();
            return true;
        }
        return false;
    }

    /** Removes what has expired, in bounded steps; to be called a few times a second. Answers how many went. */
    public int expire(long nowMs) {
        int removed = 0;
        for (Shard shard : shards) {
            removed += shard.sweep(nowMs, 1000);
        }
        used.addAndGet(-removed);
        return removed;
    }

    /** All entries at this moment, in no order and not held: {@link #hold} each before reading it. */
    public int[] entries() {
        int[] all = new int[Math.max(16, used.get())];
        int count = 0;
        for (int s = 0; s < shards.length; s++) {
            int highest = shards[s].highest();
            for (int local = 0; local < highest; local++) {
                int entry = local << shardBits | s;
                if (use(entry) >= 0) {
                    if (count == all.length) {
                        all = java.util.Arrays.copyOf(all, count * 2);
                    }
                    all[count++] = entry;
                }
            }
        }
        return java.util.Arrays.copyOf(all, count);
    }

    /** Whether a held entry would be gone if nobody held it. */
    public boolean isExpired(int entry, long nowMs) {
        return expireMs != 0 && nowMs - deadlineMs(entry) >= 0;
    }

    void replicateTo(@Nullable Runnable onDirty) {
        this.onDirty = definition.shared() ? onDirty : null;
    }

    Dictionary dictionary() {
        return dictionary;
    }

    private int find(long hash, byte[] key, int off, int len, long nowMs) {
        int entry = present(hash, key, off, len);
        if (entry != NONE && isExpired(entry, nowMs) && use(entry) == 1) {
            release(entry);
            return NONE;
        }
        return entry;
    }

    private int present(long hash, byte[] key, int off, int len) {
        int s = shardIndex(hash);
        int local = shards[s].find((int) hash, key, off, len);
        if (local == Shard.UNSURE) {
            local = shards[s].findLocked((int) hash, key, off, len);
        }
        return local < 0 ? NONE : local << shardBits | s;
    }

    /** As {@link #findOrCreate} with a deadline of its own, for keys as other nodes sent them. */
    int hold(byte[] key, int len, long nowMs, long deadlineMs) {
        int length = codec.length(key, 0, len);
        return length < 0 ? NONE : hold(codec.hash(key, 0, length), key, 0, length, nowMs, deadlineMs);
    }

    /** The held entry of a key of exact length, created with that deadline if it is not there. */
    int hold(long hash, byte[] key, int off, int len, long nowMs, long deadlineMs) {
        int entry = present(hash, key, off, len);
        if (entry != NONE) {
            if (!isExpired(entry, nowMs) || !removeHeld(entry)) {
                // Either it lives, or somebody else holds it: then it is still there, or was made anew.
                return isExpired(entry, nowMs) ? holdAgain(hash, key, off, len, nowMs, deadlineMs) : entry;
            }
        }
        return insert(hash, key, off, len, nowMs, deadlineMs);
    }

    private int holdAgain(long hash, byte[] key, int off, int len, long nowMs, long deadlineMs) {
        int entry = present(hash, key, off, len);
        return entry != NONE ? entry : insert(hash, key, off, len, nowMs, deadlineMs);
    }

    private int insert(long hash, byte[] key, int off, int len, long nowMs, long deadlineMs) {
        if (!reserve(nowMs)) {
            return NONE;
        }
        int s = shardIndex(hash);
        long epoch = tombstones.floor(key, off, len);
        int local = shards[s].insert((int) hash, key, off, len, deadlineMs, epoch, nowMs);
        if (local < 0) {
            used.decrementAndGet();
            local = ~local;
        }
        return local << shardBits | s;
    }

    private boolean reserve(long nowMs) {
        while (true) {
            int before = used.get();
            if (before < size) {
                if (used.compareAndSet(before, before + 1)) {
                    return true;
                }
            } else if (definition.nopurge() ? expire(nowMs) == 0 : !evict(nowMs)) {
                return false;
            }
        }
    }

    /** Purges one entry: the oldest of a small table, of a large one the oldest of a few shards. */
    private boolean evict(long nowMs) {
        int start = evictFrom.getAndIncrement();
        int mask = shards.length - 1;
        int best = start & mask;
        long bestMs = Long.MAX_VALUE;
        for (int i = 0; i < Math.min(8, shards.length); i++) {
            long hintMs = shards[(start + i) & mask].oldestHintMs();
            if (hintMs < bestMs) {
                bestMs = hintMs;
                best = (start + i) & mask;
            }
        }
        for (int i = 0; i < shards.length; i++) {
            if (shards[(best + i) & mask].evictOldest(nowMs)) {
                used.decrementAndGet();
                return true;
            }
        }
        return false;
    }

    /** Moves the deadline later, never earlier. */
    void prolong(int entry, long deadlineMs) {
        Shard shard = shardOf(entry);
        int local = local(entry);
        long[] longs = shard.page(local).longs;
        int word = shard.longsAt(local) + Layout.DEADLINE;
        long before = (long) Shard.LONGS.getOpaque(longs, word);
        while (deadlineMs - before > 0 && !Shard.LONGS.compareAndSet(longs, word, before, deadlineMs)) {
            before = (long) Shard.LONGS.getOpaque(longs, word);
        }
    }

    private long deadlineMs(int entry) {
        Shard shard = shardOf(entry);
        int local = local(entry);
        return (long) Shard.LONGS.getOpaque(shard.page(local).longs, shard.longsAt(local) + Layout.DEADLINE);
    }

    /** Puts an entry on its shard's dirty stack unless it is there, so that it conflates and the stack cannot overflow. */
    void markDirty(int entry, int bits) {
        Runnable wake = onDirty;
        if (wake == null) {
            return;
        }
        Shard shard = shardOf(entry);
        int local = local(entry);
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

    Shard shardOf(int entry) {
        return shards[entry & (shards.length - 1)];
    }

    int entry(Shard shard, int local) {
        return local << shardBits | shard.index;
    }

    int local(int entry) {
        return entry >>> shardBits;
    }

    private int shardIndex(long hash) {
        return (int) (hash >>> 32) & (shards.length - 1);
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
        return shardOf(entry).longsAt(local(entry)) + entryWord(field);
    }
}
