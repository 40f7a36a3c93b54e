// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import static io.tandem.peers.table.StickTable.NONE;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The entries of a stick table: found and made by their keys, held, prolonged, and purged when their time is over or the
 * table is full. What they count is {@link StickTable}'s business.
 *
 * <p>Any thread; look-ups take no lock, creating and removing lock one shard. {@code nowMs} is monotonic.
 */
final class Entries {
    private static final int ENTRIES_PER_SHARD = 1024;
    private static final int MAX_SHARDS = 64;
    private static final int MAX_SIZE = 1 << 30;

    private final int size;
    private final int expireMs;
    private final boolean nopurge;
    private final KeyCodec codec;
    private final Tombstones tombstones;
    private final Shard[] shards;
    private final int shardBits;
    private final AtomicInteger used = new AtomicInteger();
    private final AtomicInteger evictFrom = new AtomicInteger();

    Entries(TableDefinition definition, Layout layout, KeyCodec codec, Origins origins, Tombstones tombstones) {
        this.size = (int) Math.min(definition.size(), MAX_SIZE);
        this.expireMs = definition.expireMs();
        this.nopurge = definition.nopurge();
        this.codec = codec;
        this.tombstones = tombstones;
        int wanted = Math.max(1, Math.min(MAX_SHARDS, size / ENTRIES_PER_SHARD));
        this.shardBits = 31 - Integer.numberOfLeadingZeros(wanted);
        this.shards = new Shard[1 << shardBits];
        for (int i = 0; i < shards.length; i++) {
            shards[i] = new Shard(i, layout, codec, expireMs, origins);
        }
    }

    /** As {@link StickTable#used}. */
    int used() {
        return used.get();
    }

    int shardCount() {
        return shards.length;
    }

    Shard shard(int index) {
        return shards[index];
    }

    /** As {@link StickTable#find}. */
    int find(byte[] key, int off, int len, long nowMs) {
        int length = codec.length(key, off, len);
        return length < 0 ? NONE : find(codec.hash(key, off, length), key, off, length, nowMs);
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

    /** The held entry of a key, created with that deadline if it is not there; {@link StickTable#NONE} when it cannot be. */
    int hold(byte[] key, int off, int len, long nowMs, long deadlineMs) {
        int length = codec.length(key, off, len);
        return length < 0 ? NONE : hold(codec.hash(key, off, length), key, off, length, nowMs, deadlineMs);
    }

    private int hold(long hash, byte[] key, int off, int len, long nowMs, long deadlineMs) {
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
            } else if (nopurge ? expire(nowMs) == 0 : !evict(nowMs)) {
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

    /** As {@link StickTable#hold(int)}. */
    boolean hold(int entry) {
        return shardOf(entry).hold(local(entry));
    }

    /** As {@link StickTable#release}. */
    void release(int entry) {
        shardOf(entry).release(local(entry));
    }

    /** As {@link StickTable#use}. */
    int use(int entry) {
        int local = local(entry);
        return (int) Shard.INTS.getVolatile(shardOf(entry).page(local).ints, Shard.intsAt(local) + Layout.USE);
    }

    /** As {@link StickTable#entries}. */
    int[] all() {
        int[] all = new int[Math.max(16, used.get())];
        int count = 0;
        for (int s = 0; s < shards.length; s++) {
            int highest = shards[s].highest();
            for (int local = 0; local < highest; local++) {
                int entry = local << shardBits | s;
                if (use(entry) >= 0) {
                    if (count == all.length) {
                        all = Arrays.copyOf(all, count * 2);
                    }
                    all[count++] = entry;
                }
            }
        }
        return Arrays.copyOf(all, count);
    }

    /** As {@link StickTable#expire}. */
    int expire(long nowMs) {
        int removed = 0;
        for (Shard shard : shards) {
            removed += shard.sweep(nowMs, 1000);
        }
        used.addAndGet(-removed);
        return removed;
    }

    /** As {@link StickTable#clear}, on this node alone. */
    boolean removeHeld(int entry) {
        Shard shard = shardOf(entry);
        shard.release(local(entry));
        if (shard.removeUnused(local(entry))) {
            used.decrementAndGet();
            return true;
        }
        return false;
    }

    /** As {@link StickTable#isExpired}. */
    boolean isExpired(int entry, long nowMs) {
        return expireMs != 0 && nowMs - deadlineMs(entry) >= 0;
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

    long deadlineMs(int entry) {
        Shard shard = shardOf(entry);
        int local = local(entry);
        return (long) Shard.LONGS.getOpaque(shard.page(local).longs, shard.longsAt(local) + Layout.DEADLINE);
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
}
