// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.bandwidth;

import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.TableKey;
import io.tandem.node.rules.sample.TableReference;
import io.tandem.peers.table.Column;
import io.tandem.peers.table.StickTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The limits that rules have enabled for one exchange or TCP session. Each loop keeps a stack of them. */
public final class Bandwidth {
    private static final LoopLocal<ArrayDeque<Bandwidth>> FREE = new LoopLocal<>(loop -> new ArrayDeque<>());
    private static final int KEPT_PER_LOOP = 256;
    private static final int NS_PER_MS = 1_000_000;
    /** What others do to a shared limit is not known: it is looked at again at least so often. */
    private static final int MOST_MS = 1000;

    private final Loop loop;
    /** The first {@link #count} are at work, the others are kept for the next exchange. */
    private final List<ActiveLimit> limits = new ArrayList<>(2);

    private int count;

    private Bandwidth(Loop loop) {
        this.loop = loop;
    }

    private static Bandwidth of(Facts facts) {
        Bandwidth present = facts.bandwidth;
        if (present == null) {
            Bandwidth free = FREE.of(facts.loop).pollLast();
            present = free == null ? new Bandwidth(facts.loop) : free;
            facts.bandwidth = present;
        }
        return present;
    }

    /** Enables a limit of the exchange's own, instead of what has been said about the same filter before. */
    public static void enable(Facts facts, BandwidthFilter filter, long limitBytes, int periodMs) {
        of(facts).limitOf(filter).begin(filter, limitBytes, periodMs, facts.loop.nowNs());
    }

    /**
     * Enables a limit that is shared, by the key that the exchange has now. One without a key, or whose table takes no more of them,
     * is not limited.
     */
    public static void share(Facts facts, BandwidthFilter filter) {
        Expression key = filter.key();
        TableReference reference = filter.table();
        StickTable table = reference == null ? null : reference.table();
        Sample value = facts.scratch.value;
        if (key == null || table == null || !key.evaluate(facts, value)) {
            return;
        }
        Column column = table.definition().column(filter.rate());
        int entry = TableKey.findOrCreate(table, facts, value, facts.loop.monotonicMs());
        if (column == null || entry == StickTable.NONE) {
            return;
        }
        of(facts).limitOf(filter).share(filter, table, entry, table.field(filter.rate()), column.periodMs());
    }

    private ActiveLimit limitOf(BandwidthFilter filter) {
        for (int i = 0; i < count; i++) {
            if (limits.get(i).isOf(filter)) {
                return limits.get(i);
            }
        }
        if (count == limits.size()) {
            limits.add(new ActiveLimit());
        }
        return limits.get(count++);
    }

    /** Whether anything limits that direction. */
    public boolean limits(boolean upload) {
        for (int i = 0; i < count; i++) {
            if (limits.get(i).isUpload() == upload) {
                return true;
            }
        }
        return false;
    }

    /** Whether what is limited of a response is what compression makes of it. */
    public boolean isBehindCompression() {
        for (int i = 0; i < count; i++) {
            if (limits.get(i).isBehindCompression()) {
                return true;
            }
        }
        return false;
    }

    /** How many of {@code pending} bytes may pass now; 0 for none. */
    int allowance(boolean upload, int pending) {
        long allowed = pending;
        long least = 0;
        for (int i = 0; i < count; i++) {
            ActiveLimit limit = limits.get(i);
            if (limit.isUpload() == upload) {
                allowed = Math.min(allowed, limit.room(loop.nowNs()));
                least = Math.max(least, limit.least());
            }
        }
        return allowed < pending && allowed < least ? 0 : (int) allowed;
    }

    void passed(boolean upload, int bytes) {
        for (int i = 0; i < count; i++) {
            if (limits.get(i).isUpload() == upload) {
                limits.get(i).passed(bytes, loop.nowNs());
            }
        }
    }

    /** When to ask again for {@code pending} bytes: milliseconds, 1 to 1000. */
    int delayMs(boolean upload, int pending) {
        long delayNs = 0;
        for (int i = 0; i < count; i++) {
            if (limits.get(i).isUpload() == upload) {
                delayNs = Math.max(delayNs, limits.get(i).delayNs(pending, loop.nowNs()));
            }
        }
        return (int) Math.max(1, Math.min(MOST_MS, delayNs / NS_PER_MS));
    }

    /** The exchange is over. */
    public void release() {
        for (int i = 0; i < count; i++) {
            limits.get(i).release();
        }
        count = 0;
        ArrayDeque<Bandwidth> free = FREE.of(loop);
        if (free.size() < KEPT_PER_LOOP) {
            free.addLast(this);
        }
    }
}
