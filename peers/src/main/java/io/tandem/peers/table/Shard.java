// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * One part of a table: entries in pages of primitive arrays, a hash index, and the order in which entries expire.
 *
 * <p>Looking up, holding, releasing and refreshing an entry take no lock. Inserting and removing are {@code synchronized}
 * and make {@code version} move, by which a lock-free look-up knows that a miss may be wrong and asks again under the
 * lock.
 *
 * <p>Expiry is a wheel of {@value #BUCKETS} lists, an entry in the list of its deadline. A refresh only stores the later
 * deadline; the entry changes its list when the wheel next meets it.
 */
final class Shard {
    static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);
    static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    /** No such entry. */
    static final int MISS = -1;
    /** Look again under the lock. */
    static final int UNSURE = -2;

    static final int PAGE_BITS = 8;
    static final int PAGE_MASK = (1 << PAGE_BITS) - 1;
    static final int BUCKETS = 256;

    /** Longer chains are walked under the lock: a torn walk could otherwise go round for ever. */
    private static final int MAX_STEPS = 64;
    /** Entries one eviction looks at before it gives up. */
    private static final int MAX_EXAMINED = 512;

    private static final int SMALL = 64;
    private static final int SAMPLE = 8;

    /** Its place among the table's shards. */
    final int index;

    private final Layout layout;
    private final KeyCodec codec;
    private final int expireMs;
    private final long widthMs;

    private volatile Page[] pages = new Page[0]; // written under the lock
    volatile int[] buckets = new int[16]; // elements written under the lock
    private volatile int version; // odd while the index is being changed; written under the lock
    private int neverUsed; // guarded by this, as all below
    private int free;
    private int live;
    private final int[] first = new int[BUCKETS];
    private final int[] last = new int[BUCKETS];
    private long cursorTick = Long.MIN_VALUE;

    final Replicas replicas;
    final int[] dirtyHead = new int[1];

    /** The words of 256 entries or replicas. */
    static final class Page {
        final int[] ints;
        final long[] longs;

        Page(int intsPerItem, int longsPerItem) {
            ints = new int[intsPerItem << PAGE_BITS];
            longs = new long[longsPerItem << PAGE_BITS];
        }
    }

    Shard(int index, Layout layout, KeyCodec codec, int expireMs, Origins origins) {
        this.index = index;
        this.layout = layout;
        this.codec = codec;
        this.expireMs = expireMs;
        // Deadlines reach half a lap ahead, so that a wheel swept late does not confuse laps.
        this.widthMs = Math.max(1, (2L * expireMs + BUCKETS - 1) / BUCKETS);
        this.replicas = new Replicas(layout, origins);
    }

    Page page(int local) {
        return pages[local >>> PAGE_BITS];
    }

    static int intsAt(int local) {
        return (local & PAGE_MASK) * Layout.ENTRY_INTS;
    }

    int longsAt(int local) {
        return (local & PAGE_MASK) * layout.entryLongs;
    }

    /** Holds and answers the entry of a key without a lock: its number, {@link #MISS} or {@link #UNSURE}. */
    int find(int hash, byte[] key, int off, int len) {
        int before = version;
        if ((before & 1) != 0) {
            return UNSURE;
        }
        int[] heads = buckets;
        int next = (int) INTS.getAcquire(heads, hash & (heads.length - 1));
        for (int steps = 0; next != 0; steps++) {
            int local = next - 1;
            if (isOf(local, hash, key, off, len)) {
                return holdIf(local, hash, key, off, len);
            }
            if (steps == MAX_STEPS) {
                return UNSURE;
            }
            next = (int) INTS.getAcquire(page(local).ints, intsAt(local) + Layout.NEXT);
        }
        return version == before ? MISS : UNSURE;
    }

    private boolean isOf(int local, int hash, byte[] key, int off, int len) {
        Page page = page(local);
        return page.ints[intsAt(local) + Layout.HASH] == hash
                && codec.matches(page.longs, longsAt(local) + Layout.KEY, key, off, len);
    }

    /** Once held an entry keeps its key; before that it may have been recycled. */
    private int holdIf(int local, int hash, byte[] key, int off, int len) {
        if (!hold(local)) {
            return UNSURE;
        }
        if (isOf(local, hash, key, off, len)) {
            return local;
        }
        release(local);
        return UNSURE;
    }

    /** As {@link #find}, never unsure. */
    synchronized int findLocked(int hash, byte[] key, int off, int len) {
        int local = indexed(hash, key, off, len);
        return local != MISS && hold(local) ? local : MISS;
    }

    private int indexed(int hash, byte[] key, int off, int len) {
        int[] heads = buckets;
        int next = heads[hash & (heads.length - 1)];
        while (next != 0) {
            int local = next - 1;
            if (isOf(local, hash, key, off, len)) {
                return local;
            }
            next = page(local).ints[intsAt(local) + Layout.NEXT];
        }
        return MISS;
    }

    /** Adds one holder unless the entry is free. */
    boolean hold(int local) {
        int[] ints = page(local).ints;
        int at = intsAt(local) + Layout.USE;
        while (true) {
            int use = (int) INTS.getVolatile(ints, at);
            if (use < 0) {
                return false;
            }
            if (INTS.compareAndSet(ints, at, use, use + 1)) {
                return true;
            }
        }
    }

    void release(int local) {
        int before = (int) INTS.getAndAdd(page(local).ints, intsAt(local) + Layout.USE, -1);
        if (before <= 0) {
            throw new IllegalStateException("entry " + local + " released with use=" + before);
        }
    }

    /**
     * Inserts a key that was absent a moment ago and holds its entry.
     *
     * @return the new entry, or {@code ~entry} when another thread made it first
     */
    synchronized int insert(int hash, byte[] key, int off, int len, long deadlineMs, long epoch, long nowMs) {
        int existing = indexed(hash, key, off, len);
        if (existing != MISS && hold(existing)) {
            return ~existing;
        }
        int local = allocate();
        Page page = page(local);
        int ints = intsAt(local);
        int longs = longsAt(local);
        // DIRTY keeps its IN_STACK bit: the slot may still be on the dirty stack for the key it held before.
        page.ints[ints + Layout.HASH] = hash;
        page.ints[ints + Layout.REPLICAS] = 0;
        Arrays.fill(page.longs, longs, longs + layout.entryLongs, 0);
        page.longs[longs + Layout.DEADLINE] = deadlineMs;
        page.longs[longs + Layout.EPOCH] = epoch;
        codec.store(page.longs, longs + Layout.KEY, key, off, len);
        if (live >= buckets.length) {
            grow();
        }
        live++;
        int[] heads = buckets;
        int bucket = hash & (heads.length - 1);
        INTS.setRelease(page.ints, ints + Layout.NEXT, heads[bucket]);
        INTS.setVolatile(page.ints, ints + Layout.USE, 1);
        INTS.setRelease(heads, bucket, local + 1);
        startWheel(nowMs);
        link(local, listOf(deadlineMs));
        return local;
    }

    private int allocate() {
        if (free != 0) {
            int local = free - 1;
            free = page(local).ints[intsAt(local) + Layout.PREV];
            return local;
        }
        int local = neverUsed++;
        if (local >>> PAGE_BITS == pages.length) {
            Page[] more = Arrays.copyOf(pages, pages.length + 1);
            more[pages.length] = new Page(Layout.ENTRY_INTS, layout.entryLongs);
            pages = more;
        }
        page(local).ints[intsAt(local) + Layout.USE] = Layout.FREE;
        return local;
    }

    private void grow() {
        int[] before = buckets;
        int[] after = new int[before.length * 2];
        beginChange();
        for (int head : before) {
            int next = head;
            while (next != 0) {
                int local = next - 1;
                int[] ints = page(local).ints;
                int at = intsAt(local);
                next = ints[at + Layout.NEXT];
                int bucket = ints[at + Layout.HASH] & (after.length - 1);
                INTS.setRelease(ints, at + Layout.NEXT, after[bucket]);
                after[bucket] = local + 1;
            }
        }
        buckets = after;
        endChange();
    }

    /** Removes an entry nobody holds; false when somebody does or it is free already. */
    synchronized boolean removeUnused(int local) {
        int[] ints = page(local).ints;
        int at = intsAt(local);
        if (!INTS.compareAndSet(ints, at + Layout.USE, 0, Layout.FREE)) {
            return false;
        }
        beginChange();
        int[] heads = buckets;
        int bucket = ints[at + Layout.HASH] & (heads.length - 1);
        int next = heads[bucket];
        if (next == local + 1) {
            INTS.setRelease(heads, bucket, ints[at + Layout.NEXT]);
        } else {
            while (true) {
                int[] chained = page(next - 1).ints;
                int chainedAt = intsAt(next - 1) + Layout.NEXT;
                next = chained[chainedAt];
                if (next == local + 1) {
                    INTS.setRelease(chained, chainedAt, ints[at + Layout.NEXT]);
                    break;
                }
            }
        }
        endChange();
        unlink(local);
        replicas.releaseAll(ints[at + Layout.REPLICAS]);
        ints[at + Layout.REPLICAS] = 0;
        INTS.getAndBitwiseAnd(ints, at + Layout.DIRTY, StickTable.IN_STACK);
        ints[at + Layout.PREV] = free;
        free = local + 1;
        live--;
        return true;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer: the holder of the lock
    private void beginChange() {
        version++;
        VarHandle.fullFence();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void endChange() {
        version++;
    }

    /** Removes up to {@code budget} entries whose deadline has passed; answers how many went. */
    synchronized int sweep(long nowMs, int budget) {
        if (expireMs == 0) {
            return 0;
        }
        startWheel(nowMs);
        int removed = 0;
        long nowTick = Math.floorDiv(nowMs, widthMs);
        cursorTick = Math.max(cursorTick, nowTick - BUCKETS);
        while (cursorTick < nowTick && removed < budget) {
            int list = (int) (cursorTick & (BUCKETS - 1));
            int next = first[list];
            while (next != 0 && removed < budget) {
                int local = next - 1;
                next = follower(local);
                long deadlineMs = deadlineMs(local);
                if (nowMs - deadlineMs < 0) {
                    moveTo(local, listOf(deadlineMs), list);
                } else if (removeUnused(local)) {
                    removed++;
                } else {
                    moveTo(local, (int) ((nowTick + 1) & (BUCKETS - 1)), list);
                }
            }
            if (next == 0) {
                cursorTick++;
            }
        }
        return removed;
    }

    /** Removes the entry nearest to its end that nobody holds, or answers false after a bounded search. */
    synchronized boolean evictOldest(long nowMs) {
        startWheel(nowMs);
        int sample = live <= SMALL ? SMALL : SAMPLE;
        int examined = 0;
        for (int i = 0; i < BUCKETS && examined < MAX_EXAMINED; i++) {
            int list = expireMs == 0 ? 0 : (int) ((cursorTick + i) & (BUCKETS - 1));
            int oldest = MISS;
            int candidates = 0;
            int next = first[list];
            int end = last[list];
            while (next != 0 && candidates < sample && examined++ < MAX_EXAMINED) {
                int local = next - 1;
                next = next == end ? 0 : follower(local);
                long deadlineMs = deadlineMs(local);
                if (use(local) != 0) {
                    relink(local, listOf(nowMs + expireMs));
                } else if (listOf(deadlineMs) != list) {
                    relink(local, listOf(deadlineMs));
                } else {
                    candidates++;
                    oldest = oldest == MISS || deadlineMs - deadlineMs(oldest) < 0 ? local : oldest;
                    if (expireMs == 0) {
                        relink(local, 0);
                    }
                }
            }
            if (oldest != MISS && removeUnused(oldest)) {
                return true;
            }
            if (expireMs == 0) {
                break;
            }
        }
        return false;
    }

    /** The earliest deadline that may be here; what the table compares to choose where to evict. */
    synchronized long oldestHintMs() {
        if (live == 0 || cursorTick == Long.MIN_VALUE) {
            return Long.MAX_VALUE;
        }
        for (int i = 0; i < BUCKETS; i++) {
            int list = expireMs == 0 ? 0 : (int) ((cursorTick + i) & (BUCKETS - 1));
            if (first[list] != 0) {
                return deadlineMs(first[list] - 1);
            }
        }
        return Long.MAX_VALUE;
    }

    private void startWheel(long nowMs) {
        if (cursorTick == Long.MIN_VALUE) {
            cursorTick = Math.floorDiv(nowMs, widthMs);
        }
    }

    private int listOf(long deadlineMs) {
        return expireMs == 0 ? 0 : (int) (Math.floorDiv(deadlineMs, widthMs) & (BUCKETS - 1));
    }

    private long deadlineMs(int local) {
        return (long) LONGS.getOpaque(page(local).longs, longsAt(local) + Layout.DEADLINE);
    }

    private int use(int local) {
        return (int) INTS.getVolatile(page(local).ints, intsAt(local) + Layout.USE);
    }

    private int follower(int local) {
        return Math.max(page(local).ints[intsAt(local) + Layout.FOLLOWING], 0);
    }

    /** An entry of a later lap stays where it is, or the walk would meet it again. */
    private void moveTo(int local, int list, int present) {
        if (list != present) {
            relink(local, list);
        }
    }

    private void relink(int local, int list) {
        unlink(local);
        link(local, list);
    }

    /** Appends to a list. PREV of its first and FOLLOWING of its last entry are −(list + 1). */
    private void link(int local, int list) {
        int[] ints = page(local).ints;
        int at = intsAt(local);
        int tail = last[list];
        ints[at + Layout.FOLLOWING] = -(list + 1);
        ints[at + Layout.PREV] = tail == 0 ? -(list + 1) : tail;
        setFollowing(tail == 0 ? -(list + 1) : tail, local + 1);
        last[list] = local + 1;
    }

    private void unlink(int local) {
        int[] ints = page(local).ints;
        int at = intsAt(local);
        int prev = ints[at + Layout.PREV];
        int next = ints[at + Layout.FOLLOWING];
        setFollowing(prev, next);
        if (next < 0) {
            last[-next - 1] = Math.max(prev, 0);
        } else {
            page(next - 1).ints[intsAt(next - 1) + Layout.PREV] = prev;
        }
    }

    private void setFollowing(int prev, int next) {
        if (prev < 0) {
            first[-prev - 1] = Math.max(next, 0);
        } else {
            page(prev - 1).ints[intsAt(prev - 1) + Layout.FOLLOWING] = next;
        }
    }

    /** Numbers handed out so far; entries live among {@code 0..this-1}. */
    synchronized int highest() {
        return neverUsed;
    }
}
