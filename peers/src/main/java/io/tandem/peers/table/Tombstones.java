// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys that were cleared, for as long as another node may still send what it counted before. Any thread.
 *
 * <p>Bounded: beyond {@value #MAX} the oldest is forgotten, and a late cell may then bring its key back.
 */
final class Tombstones {
    static final int MAX = 65_536;
    private static final long KEPT_MS = 600_000;

    private record Stone(Clear clear, long untilMs) {}

    private final Map<ByteBuffer, Stone> stones = new LinkedHashMap<>();
    private volatile boolean any; // written under the lock
    /** Cells of the whole table older than this count nothing. */
    private volatile long tableEpoch; // written under the lock

    synchronized void bury(byte[] key, int len, long epoch, long nowMs) {
        byte[] copy = Arrays.copyOf(key, len);
        Stone before = stones.remove(ByteBuffer.wrap(copy));
        long later = before == null ? epoch : Math.max(before.clear().epoch(), epoch);
        stones.put(ByteBuffer.wrap(copy), new Stone(new Clear(copy, later), nowMs + KEPT_MS));
        Iterator<Stone> oldest = stones.values().iterator();
        while (oldest.hasNext()) {
            if (nowMs - oldest.next().untilMs() < 0 && stones.size() <= MAX) {
                break;
            }
            oldest.remove();
        }
        any = true;
    }

    synchronized void buryAll(long epoch) {
        tableEpoch = Math.max(tableEpoch, epoch);
    }

    long tableEpoch() {
        return tableEpoch;
    }

    /** The epoch below which cells of that key are of no account; 0 when it was never cleared. */
    long floor(byte[] key, int off, int len) {
        long floor = tableEpoch;
        if (any) {
            synchronized (this) {
                Stone stone = stones.get(ByteBuffer.wrap(key, off, len));
                floor = stone == null ? floor : Math.max(floor, stone.clear().epoch());
            }
        }
        return floor;
    }

    synchronized List<Clear> all() {
        List<Clear> all = new ArrayList<>();
        if (tableEpoch != 0) {
            all.add(new Clear(null, tableEpoch));
        }
        stones.values().forEach(stone -> all.add(stone.clear()));
        return all;
    }
}
