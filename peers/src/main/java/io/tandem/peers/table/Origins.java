// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * The lives of the other nodes whose counts this node holds: a node that restarts is a new origin, its former counts
 * stay until their keys expire. Written by the receiver under its lock, read by any thread.
 */
public final class Origins {
    /** Origins remembered at once; beyond, a place without cells is given to another. */
    public static final int MAX = 1024;

    /** No origin. */
    public static final int NONE = -1;

    /**
     * A life of a node.
     *
     * @param node the node's number, derived from its name
     * @param incarnation larger in each later life
     */
    public record Origin(long node, long incarnation) {}

    private final AtomicIntegerArray cells = new AtomicIntegerArray(MAX);
    private volatile Origin[] known = new Origin[0];
    private volatile boolean[] live = new boolean[0];

    /** The place of that origin, added when new; {@link #NONE} when {@link #MAX} have cells. */
    public synchronized int register(long node, long incarnation) {
        int place = find(node, incarnation);
        if (place != NONE) {
            return place;
        }
        Origin[] before = known;
        if (before.length == MAX) {
            return reuse(new Origin(node, incarnation));
        }
        Origin[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = new Origin(node, incarnation);
        live = Arrays.copyOf(live, after.length);
        known = after;
        return before.length;
    }

    /** A node that starts again and again must not use up the places: one of a life without cells is taken. */
    private int reuse(Origin origin) {
        for (int place = 0; place < MAX; place++) {
            if (!live[place] && cells.get(place) == 0) {
                Origin[] after = known.clone();
                after[place] = origin;
                known = after;
                return place;
            }
        }
        return NONE;
    }

    /** A cell of that origin came, or with −1 went. */
    void countCell(int place, int change) {
        cells.addAndGet(place, change);
    }

    /** The place of that origin, or {@link #NONE}. */
    public int find(long node, long incarnation) {
        Origin[] all = known;
        for (int i = all.length - 1; i >= 0; i--) {
            if (all[i].node() == node && all[i].incarnation() == incarnation) {
                return i;
            }
        }
        return NONE;
    }

    /** The origin at that place, or null. */
    public @Nullable Origin at(int place) {
        Origin[] all = known;
        return place >= 0 && place < all.length ? all[place] : null;
    }

    public int count() {
        return known.length;
    }

    /** Says whether that origin is a member of the cluster now; gauges of others do not count. */
    public synchronized void setLive(int place, boolean isLive) {
        boolean[] after = live.clone();
        after[place] = isLive;
        live = after;
    }

    /** Whether the origin at that place is a member of the cluster now. */
    public boolean isLive(int place) {
        boolean[] all = live;
        return place < all.length && all[place];
    }
}
