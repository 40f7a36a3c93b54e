// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * One {@code cache} section: a hash table of stored responses that all loops share, and the memory they lie in. Looking up and
 * reading take no lock. Storing takes the cache's own for as long as it takes to reserve blocks, and to throw away what is oldest
 * and unused for them.
 */
public final class Cache {
    /** How many entries are given another chance before one goes that has been used. */
    private static final int CHANCES = 32;

    private static final int MAX_BUCKETS = 1 << 20;

    private final CacheSettings settings;
    private final Arena arena;
    private final AtomicReferenceArray<@Nullable Entry> buckets;
    private final int mask;

    // guarded by this
    private @Nullable Entry oldest;
    private @Nullable Entry newest;
    private boolean closed;

    Cache(CacheSettings settings) {
        this.settings = settings;
        arena = new Arena((int) (settings.totalBytes() / Arena.BLOCK));
        int size = Math.min(MAX_BUCKETS, Integer.highestOneBit(Math.max(16, arena.blocks())));
        buckets = new AtomicReferenceArray<>(size);
        mask = size - 1;
    }

    public CacheSettings settings() {
        return settings;
    }

    private int bucket(long hash) {
        return (int) (hash ^ hash >>> 32) & mask;
    }

    // ---- looking up: any loop

    /**
     * What is stored for a request, pinned: the caller is to unpin it. Null where there is nothing, or nothing fresh.
     *
     * @param nowS seconds since 1970
     */
    @Nullable Entry find(byte[] key, int length, long hash, Variants variants, long nowS) {
        for (Entry entry = buckets.get(bucket(hash)); entry != null; entry = entry.next) {
            if (entry.hash == hash && entry.complete && entry.pin()) {
                boolean fresh = entry.expiresAtS > nowS;
                if (fresh && variants.match(entry) && entry.hasKey(key, length)) {
                    entry.touched = true;
                    return entry;
                }
                entry.unpin();
            }
        }
        return null;
    }

    // ---- storing: short sections

    /**
     * Begins to store a response.
     *
     * @return null where it cannot be stored: the same is being stored already, or there are too many variants
     */
    synchronized @Nullable Entry begin(byte[] key, int length, long hash, int signature, Variants variants, long nowS) {
        int alike = 0;
        for (Entry entry = buckets.get(bucket(hash)); entry != null; entry = entry.next) {
            if (entry.hash == hash && entry.hasKey(key, length)) {
                if (!entry.complete) {
                    return null;
                }
                alike += entry.expiresAtS > nowS && !variants.equal(entry, signature) ? 1 : 0;
            }
        }
        if (closed || (signature != 0 && alike >= settings.maxVariants())) {
            return null;
        }
        Entry entry =
                new Entry(arena, hash, signature, variants.encodingsFor(signature), variants.refererFor(signature));
        if (!reserve(entry, length)) {
            release(entry);
            return null;
        }
        entry.append(key, 0, length);
        entry.headEnds(length); // so that others know it by its key
        int bucket = bucket(hash);
        entry.next = buckets.get(bucket);
        buckets.set(bucket, entry);
        return entry;
    }

    /** Makes room for {@code count} more bytes in an entry that is being stored; false where there is none to be had. */
    synchronized boolean reserve(Entry entry, int count) {
        int missing = (count - entry.room() + Arena.BLOCK - 1) / Arena.BLOCK;
        while (arena.free() < missing) {
            if (closed || !dropOldest()) {
                return false;
            }
        }
        for (int i = 0; i < missing; i++) {
            int block = arena.take();
            if (block == Arena.NONE) {
                return false;
            }
            entry.add(block);
        }
        return true;
    }

    /** Throws away the entry that has been there for longest without being used; false where all are in use. */
    private boolean dropOldest() {
        for (int chances = CHANCES; chances > 0 && oldest != null && oldest.touched; chances--) {
            Entry used = oldest;
            used.touched = false;
            unlist(used);
            list(used);
        }
        for (Entry candidate = oldest; candidate != null; candidate = candidate.newer) {
            if (candidate.kill()) {
                unlink(candidate);
                release(candidate);
                return true;
            }
        }
        return false;
    }

    /** All of it is there: from now on it is found, and what it replaces is not. The caller's pin is over. */
    synchronized void commit(Entry entry, byte[] key, int length) {
        removeReplaced(entry, key, length);
        entry.complete = true;
        list(entry);
        entry.unpin();
        if (closed) {
            remove(entry);
        }
    }

    private void removeReplaced(Entry by, byte[] key, int length) {
        List<Entry> replaced = new ArrayList<>(1);
        for (Entry entry = buckets.get(bucket(by.hash)); entry != null; entry = entry.next) {
            if (entry != by
                    && entry.hash == by.hash
                    && entry.complete
                    && isReplaced(entry, by)
                    && entry.hasKey(key, length)) {
                replaced.add(entry);
            }
        }
        replaced.forEach(this::remove);
    }

    private static boolean isReplaced(Entry old, Entry by) {
        return old.signature != by.signature || (old.encodings == by.encodings && old.referer == by.referer);
    }

    /** It will not be complete: what has been stored of it goes. The caller's pin is over. */
    synchronized void abandon(Entry entry) {
        unlink(entry);
        entry.unpin();
        if (entry.kill()) {
            release(entry);
        }
    }

    /** Forgets all that is stored under a key: the resource has changed. */
    synchronized void invalidate(byte[] key, int length, long hash) {
        List<Entry> stale = new ArrayList<>(1);
        for (Entry entry = buckets.get(bucket(hash)); entry != null; entry = entry.next) {
            if (entry.hash == hash && entry.complete && entry.hasKey(key, length)) {
                stale.add(entry);
            }
        }
        stale.forEach(this::remove);
    }

    /** It is not found any more; its blocks are free once nobody reads it. */
    private void remove(Entry entry) {
        unlink(entry);
        if (entry.kill()) {
            release(entry);
        } else {
            list(entry); // whoever looks for room finds it again
            entry.touched = false;
        }
    }

    private void release(Entry entry) {
        for (int i = 0; i < entry.blockCount(); i++) {
            arena.giveBack(entry.block(i));
        }
    }

    private void unlink(Entry entry) {
        int bucket = bucket(entry.hash);
        Entry first = buckets.get(bucket);
        if (first == entry) {
            buckets.set(bucket, entry.next);
        } else {
            for (Entry before = first; before != null; before = before.next) {
                if (before.next == entry) {
                    before.next = entry.next;
                    break;
                }
            }
        }
        unlist(entry);
    }

    private void list(Entry entry) {
        entry.listed = true;
        entry.older = newest;
        entry.newer = null;
        if (newest == null) {
            oldest = entry;
        } else {
            newest.newer = entry;
        }
        newest = entry;
    }

    private void unlist(Entry entry) {
        if (!entry.listed) {
            return;
        }
        entry.listed = false;
        Entry before = entry.older;
        Entry after = entry.newer;
        if (before == null) {
            oldest = after;
        } else {
            before.newer = after;
        }
        if (after == null) {
            newest = before;
        } else {
            after.older = before;
        }
        entry.older = null;
        entry.newer = null;
    }

    // ---- what operators see, and its end

    /** The stored responses, by hash; and how many blocks are not in use now. Any thread. */
    synchronized int dump(List<Entry> entries) {
        int used = 0;
        for (int i = 0; i <= mask; i++) {
            for (Entry entry = buckets.get(i); entry != null; entry = entry.next) {
                if (entry.complete) {
                    entries.add(entry);
                }
                used += entry.users() > 0 ? entry.blockCount() : 0;
            }
        }
        return arena.blocks() - used;
    }

    /** Its configuration is not in use any more: gives its memory back. */
    synchronized void close() {
        closed = true;
        for (int i = 0; i <= mask; i++) {
            buckets.set(i, null);
        }
        oldest = null;
        newest = null;
        arena.close();
    }
}
