// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.util.Arrays;

/**
 * The cells of other nodes: chains that begin at their entry, in pages of primitive arrays. Changed under the shard's
 * lock, read by any thread that holds the entry.
 */
final class Replicas {
    private final Layout layout;
    private final Origins origins;
    private volatile Shard.Page[] pages = new Shard.Page[0];
    private int neverUsed;
    private int free;

    Replicas(Layout layout, Origins origins) {
        this.layout = layout;
        this.origins = origins;
    }

    Shard.Page page(int number) {
        return pages[number >>> Shard.PAGE_BITS];
    }

    static int intsAt(int number) {
        return (number & Shard.PAGE_MASK) * Layout.REPLICA_INTS;
    }

    int longsAt(int number) {
        return (number & Shard.PAGE_MASK) * layout.replicaLongs;
    }

    int next(int number) {
        return (int) Shard.INTS.getAcquire(page(number).ints, intsAt(number) + Layout.REPLICA_NEXT);
    }

    int origin(int number) {
        return page(number).ints[intsAt(number) + Layout.REPLICA_ORIGIN];
    }

    /** The cell of that origin in a chain, or -1. */
    int find(int head, int origin) {
        for (int next = head; next != 0; next = next(next - 1)) {
            if (origin(next - 1) == origin) {
                return next - 1;
            }
        }
        return -1;
    }

    /** A cell of zeros for that origin, to become the new head of a chain. */
    int allocate(int origin, int head) {
        int number;
        if (free != 0) {
            number = free - 1;
            free = next(number);
        } else {
            number = neverUsed++;
            if (number >>> Shard.PAGE_BITS == pages.length) {
                Shard.Page[] more = Arrays.copyOf(pages, pages.length + 1);
                more[pages.length] = new Shard.Page(Layout.REPLICA_INTS, layout.replicaLongs);
                pages = more;
            }
        }
        origins.countCell(origin, 1);
        Shard.Page page = page(number);
        int longs = longsAt(number);
        Arrays.fill(page.longs, longs, longs + layout.replicaLongs, 0);
        page.ints[intsAt(number) + Layout.REPLICA_ORIGIN] = origin;
        page.ints[intsAt(number) + Layout.REPLICA_KNOWN] = 0;
        Shard.INTS.setRelease(page.ints, intsAt(number) + Layout.REPLICA_NEXT, head);
        return number;
    }

    /** Gives a whole chain back. */
    void releaseAll(int head) {
        int next = head;
        while (next != 0) {
            int number = next - 1;
            next = next(number);
            origins.countCell(origin(number), -1);
            Shard.INTS.setRelease(page(number).ints, intsAt(number) + Layout.REPLICA_NEXT, free);
            free = number + 1;
        }
    }
}
