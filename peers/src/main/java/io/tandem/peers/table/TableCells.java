// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A table as replication sees it: this node's cells that changed, and a place for those of the others.
 *
 * <p>{@link #drain} is for one thread. The rest is for any; each call locks one shard for one entry.
 */
public final class TableCells {
    private static final int MAX_PENDING_CLEARS = Tombstones.MAX;

    private final StickTable table;
    private final Layout layout;
    private final Tombstones tombstones;
    private final ArrayDeque<Clear> pendingClears = new ArrayDeque<>(); // guarded by itself

    TableCells(StickTable table) {
        this.table = table;
        this.layout = table.layout;
        this.tombstones = table.tombstones;
    }

    /** What became of a cell that was offered. */
    public enum Applied {
        /** Taken. */
        TAKEN,
        /** A newer state of it is known. */
        STALE,
        /** The key was cleared since, or has no lifetime left. */
        GONE,
        /** The table is full and may not purge. */
        FULL
    }

    /** Receives cells one at a time; the cell is reused after the call. */
    public interface Visitor {
        /** @param origin whose cell it is, by its place in {@link Origins}; {@link Origins#NONE} for this node's own */
        void visit(int origin, Cell cell);
    }

    public StickTable table() {
        return table;
    }

    public int shards() {
        return table.entries.shardCount();
    }

    public boolean isDirty() {
        for (int s = 0; s < shards(); s++) {
            Shard shard = table.entries.shard(s);
            if ((int) Shard.INTS.getOpaque(shard.dirtyHead, 0) != 0) {
                return true;
            }
        }
        synchronized (pendingClears) {
            return !pendingClears.isEmpty();
        }
    }

    /** Takes all dirty entries of a shard and shows this node's changed columns of each. */
    public int drain(int shardIndex, Cell scratch, long nowMs, Visitor visitor) {
        Shard shard = table.entries.shard(shardIndex);
        int next = (int) Shard.INTS.getAndSet(shard.dirtyHead, 0, 0);
        int shown = 0;
        while (next != 0) {
            int local = next - 1;
            boolean present;
            synchronized (shard) {
                int[] ints = shard.page(local).ints;
                int at = Shard.intsAt(local);
                next = ints[at + Layout.DIRTY_NEXT];
                // The bits are cleared before the values are read: a change in between marks the entry again.
                int bits = (int) Shard.INTS.getAndSet(ints, at + Layout.DIRTY, 0);
                present =
                        (bits & ~StickTable.IN_STACK) != 0 && (int) Shard.INTS.getVolatile(ints, at + Layout.USE) >= 0;
                if (present) {
                    readOwn(shard, local, bits & ((1 << layout.columns.length) - 1), scratch, nowMs);
                }
            }
            if (present) {
                visitor.visit(Origins.NONE, scratch);
                shown++;
            }
        }
        return shown;
    }

    /** Forgets what is dirty in a shard, when there is nobody to tell. */
    public void discardDirty(int shardIndex) {
        Shard shard = table.entries.shard(shardIndex);
        int next = (int) Shard.INTS.getAndSet(shard.dirtyHead, 0, 0);
        while (next != 0) {
            int[] ints = shard.page(next - 1).ints;
            int at = Shard.intsAt(next - 1);
            next = ints[at + Layout.DIRTY_NEXT];
            Shard.INTS.setVolatile(ints, at + Layout.DIRTY, 0);
        }
    }

    /** One past the highest entry number of a shard, for {@link #read}. */
    public int highest(int shardIndex) {
        return table.entries.shard(shardIndex).highest();
    }

    /**
     * Shows the cells of one entry: this node's own, then with {@code history} those of all others.
     *
     * @param number 0 up to {@link #highest}; a free number shows nothing
     */
    public void read(int shardIndex, int number, boolean history, Cell scratch, long nowMs, Visitor visitor) {
        Shard shard = table.entries.shard(shardIndex);
        synchronized (shard) {
            int[] ints = shard.page(number).ints;
            int at = Shard.intsAt(number);
            if ((int) Shard.INTS.getVolatile(ints, at + Layout.USE) < 0) {
                return;
            }
            readOwn(shard, number, (1 << layout.columns.length) - 1, scratch, nowMs);
            if (scratch.remainingMs == 0) {
                return;
            }
            visitor.visit(Origins.NONE, scratch);
            int head = history ? ints[at + Layout.REPLICAS] : 0;
            for (int next = head; next != 0; next = shard.replicas.next(next - 1)) {
                readReplica(shard.replicas, next - 1, scratch, nowMs);
                visitor.visit(shard.replicas.origin(next - 1), scratch);
            }
        }
    }

    private void readOwn(Shard shard, int local, int mask, Cell into, long nowMs) {
        Shard.Page page = shard.page(local);
        int base = shard.longsAt(local);
        into.keyLength = table.codec.read(page.longs, base + Layout.KEY, into.key, 0);
        long deadlineMs = (long) Shard.LONGS.getOpaque(page.longs, base + Layout.DEADLINE);
        into.remainingMs = table.definition().expireMs() == 0 ? -1 : Math.max(0, deadlineMs - nowMs);
        into.epoch = (long) Shard.LONGS.getVolatile(page.longs, base + Layout.EPOCH);
        into.sequence = 0;
        into.mask = mask;
        for (int c = 0; c < layout.columns.length; c++) {
            if (into.has(c)) {
                readColumn(page.longs, base + layout.entryWord[c], c, into, nowMs);
            }
        }
    }

    private void readReplica(Replicas replicas, int number, Cell into, long nowMs) {
        long[] longs = replicas.page(number).longs;
        int base = replicas.longsAt(number);
        into.epoch = longs[base + Layout.REPLICA_EPOCH];
        into.sequence = longs[base + Layout.REPLICA_SEQUENCE];
        into.mask = replicas.page(number).ints[Replicas.intsAt(number) + Layout.REPLICA_KNOWN];
        for (int c = 0; c < layout.columns.length; c++) {
            if (into.has(c)) {
                readColumn(longs, base + layout.replicaWord[c], c, into, nowMs);
            }
        }
    }

    private void readColumn(long[] longs, int at, int c, Cell into, long nowMs) {
        Column column = layout.columns[c];
        int width = Cell.width(column);
        for (int e = 0; e < column.elements(); e++) {
            int word = at + e * Layout.words(column);
            if (column.type().isRate()) {
                Rates.readAged(longs, word, column.periodMs(), nowMs, into, c, e * width);
            } else if (column.type().merge() == DataType.Merge.REGISTER) {
                into.set(c, e * width, longs[word]);
                into.set(c, e * width + 1, (long) Shard.LONGS.getVolatile(longs, word + 1));
            } else {
                into.set(c, e, (long) Shard.LONGS.getVolatile(longs, word));
            }
        }
    }

    /**
     * Takes another node's cell; idempotent, and any order of arrival gives the same end.
     *
     * @param origin its place in {@link Origins}, or {@link Origins#NONE} to take the registers alone
     */
    public Applied apply(int origin, Cell cell, long nowMs) {
        boolean expires = table.definition().expireMs() != 0;
        long remainingMs = cell.remainingMs < 0 ? table.definition().expireMs() : cell.remainingMs;
        if (expires && remainingMs == 0) {
            return Applied.GONE;
        }
        long floor = tombstones.floor(cell.key, 0, cell.keyLength);
        if (cell.epoch < floor) {
            // Its sender does not know of the clear.
            announce(new Clear(Arrays.copyOf(cell.key, cell.keyLength), floor));
            return Applied.GONE;
        }
        long deadlineMs = nowMs + Math.min(remainingMs, Integer.MAX_VALUE);
        int entry = table.entries.hold(cell.key, 0, cell.keyLength, nowMs, deadlineMs);
        if (entry == StickTable.NONE) {
            return Applied.FULL;
        }
        try {
            table.entries.prolong(entry, deadlineMs);
            Shard shard = table.entries.shardOf(entry);
            synchronized (shard) {
                applyRegisters(shard, table.entries.local(entry), cell);
                return origin == Origins.NONE
                        ? Applied.TAKEN
                        : applySums(shard, table.entries.local(entry), origin, cell, nowMs);
            }
        } finally {
            table.release(entry);
        }
    }

    private void applyRegisters(Shard shard, int local, Cell cell) {
        long[] longs = shard.page(local).longs;
        for (int c = 0; c < layout.columns.length; c++) {
            if (layout.replicaWord[c] >= 0 || !cell.has(c)) {
                continue;
            }
            for (int e = 0; e < layout.columns[c].elements(); e++) {
                int word = shard.longsAt(local) + layout.entryWord[c] + 2 * e;
                long stamp = cell.get(c, 2 * e);
                long value = cell.get(c, 2 * e + 1);
                if (stamp > longs[word] || (stamp == longs[word] && value > longs[word + 1])) {
                    table.clock.observe(stamp);
                    longs[word] = stamp;
                    Shard.LONGS.setVolatile(longs, word + 1, value);
                }
            }
        }
    }

    private Applied applySums(Shard shard, int local, int origin, Cell cell, long nowMs) {
        Shard.Page page = shard.page(local);
        int head = page.ints[Shard.intsAt(local) + Layout.REPLICAS];
        Replicas replicas = shard.replicas;
        int number = replicas.find(head, origin);
        boolean fresh = number < 0;
        if (fresh) {
            number = replicas.allocate(origin, head);
        }
        long[] longs = replicas.page(number).longs;
        int base = replicas.longsAt(number);
        int known = Replicas.intsAt(number) + Layout.REPLICA_KNOWN;
        int[] ints = replicas.page(number).ints;
        boolean newer = fresh || cell.sequence >= longs[base + Layout.REPLICA_SEQUENCE];
        boolean sameEpoch = fresh || cell.epoch == longs[base + Layout.REPLICA_EPOCH];
        // An older state still fills the columns that the newer, partial one did not mention.
        int wanted = newer ? cell.mask : sameEpoch ? cell.mask & ~ints[known] : 0;
        if (newer && !sameEpoch) {
            zeroSums(longs, base, layout.replicaWord);
        }
        for (int c = 0; c < layout.columns.length; c++) {
            if (layout.replicaWord[c] >= 0 && (wanted & 1 << c) != 0) {
                writeColumn(longs, base + layout.replicaWord[c], c, cell, nowMs);
                ints[known] |= 1 << c;
            }
        }
        if (newer) {
            longs[base + Layout.REPLICA_SEQUENCE] = cell.sequence;
            Shard.LONGS.setRelease(longs, base + Layout.REPLICA_EPOCH, cell.epoch);
            raiseEpoch(shard, local, cell.epoch);
        }
        if (cell.epoch < page.longs[shard.longsAt(local) + Layout.EPOCH]) {
            // Its sender does not know of the epoch.
            table.markDirty(table.entries.entry(shard, local), StickTable.TOUCHED);
        }
        if (fresh) {
            Shard.INTS.setRelease(page.ints, Shard.intsAt(local) + Layout.REPLICAS, number + 1);
        }
        return newer || wanted != 0 ? Applied.TAKEN : Applied.STALE;
    }

    private void writeColumn(long[] longs, int at, int c, Cell cell, long nowMs) {
        Column column = layout.columns[c];
        for (int e = 0; e < column.elements(); e++) {
            int word = at + e * Layout.words(column);
            if (column.type().isRate()) {
                Rates.set(longs, word, nowMs - cell.get(c, 3 * e + 2), cell.get(c, 3 * e), cell.get(c, 3 * e + 1));
            } else {
                Shard.LONGS.setVolatile(longs, word, cell.get(c, e));
            }
        }
    }

    /** A newer epoch: what this node counted before it is of no account any more. */
    private void raiseEpoch(Shard shard, int local, long epoch) {
        long[] longs = shard.page(local).longs;
        int base = shard.longsAt(local);
        if (epoch > longs[base + Layout.EPOCH]) {
            table.clock.observe(epoch);
            zeroSums(longs, base, layout.entryWord);
            Shard.LONGS.setRelease(longs, base + Layout.EPOCH, epoch);
        }
    }

    private void zeroSums(long[] longs, int base, int[] wordOf) {
        for (int c = 0; c < layout.columns.length; c++) {
            Column column = layout.columns[c];
            if (column.type().merge() != DataType.Merge.SUM) {
                continue;
            }
            for (int e = 0; e < column.elements(); e++) {
                int word = base + wordOf[c] + e * Layout.words(column);
                if (column.type().isRate()) {
                    Rates.set(longs, word, 0, 0, 0);
                } else {
                    Shard.LONGS.setVolatile(longs, word, 0L);
                }
            }
        }
    }

    /** Remembers a clear made here for the other nodes; when too many wait, the oldest is not told. */
    void announce(Clear clear) {
        synchronized (pendingClears) {
            if (pendingClears.size() == MAX_PENDING_CLEARS) {
                pendingClears.removeFirst();
            }
            pendingClears.addLast(clear);
        }
    }

    /** The clears made here since the last call. */
    public List<Clear> takeClears() {
        synchronized (pendingClears) {
            List<Clear> taken = new ArrayList<>(pendingClears);
            pendingClears.clear();
            return taken;
        }
    }

    /** All clears still remembered, for a node that joins. */
    public List<Clear> clears() {
        return tombstones.all();
    }

    /** Does what another node's clear asks: removes the entries, and of those in use resets what was counted. */
    public void apply(Clear clear, long nowMs) {
        table.clock.observe(clear.epoch());
        byte[] key = clear.key();
        if (key == null) {
            tombstones.buryAll(clear.epoch());
            for (int entry : table.entries()) {
                if (table.hold(entry)) {
                    clearHeld(entry, clear.epoch());
                }
            }
            return;
        }
        tombstones.bury(key, key.length, clear.epoch(), nowMs);
        int entry = table.find(key, 0, key.length, nowMs);
        if (entry != StickTable.NONE) {
            clearHeld(entry, clear.epoch());
        }
    }

    private void clearHeld(int entry, long epoch) {
        Shard shard = table.entries.shardOf(entry);
        int local = table.entries.local(entry);
        synchronized (shard) {
            long[] longs = shard.page(local).longs;
            int base = shard.longsAt(local);
            if (longs[base + Layout.EPOCH] >= epoch) {
                table.release(entry);
                return;
            }
            raiseEpoch(shard, local, epoch);
            for (int c = 0; c < layout.columns.length; c++) {
                for (int e = 0; layout.replicaWord[c] < 0 && e < layout.columns[c].elements(); e++) {
                    int word = base + layout.entryWord[c] + 2 * e;
                    if (longs[word] < epoch) {
                        Shard.LONGS.setVolatile(longs, word + 1, 0L);
                    }
                }
            }
        }
        table.entries.removeHeld(entry);
    }
}
