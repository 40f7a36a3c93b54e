// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.bandwidth;

import io.tandem.peers.table.StickTable;
import org.jspecify.annotations.Nullable;

/** One limit at work in one exchange; reused. */
final class ActiveLimit {
    /** What waits for less than a segment's worth would wake the loop for nothing. */
    private static final int SEGMENT = 1448;

    private static final int NS_PER_MS = 1_000_000;

    private final RateWindow window = new RateWindow();
    private @Nullable BandwidthFilter filter;
    private boolean upload;
    private long limit;
    private long least;
    private long periodNs;
    /** Null where the limit is this exchange's own. */
    private @Nullable StickTable table;

    private int entry;
    private int field;

    /** Its own: at most {@code limitBytes} within each {@code periodMs}. */
    void begin(BandwidthFilter filter, long limitBytes, int periodMs, long nowNs) {
        set(filter, limitBytes, (long) periodMs * NS_PER_MS);
        window.begin(nowNs);
    }

    /** Shared by those that count on a held entry, which is given away. */
    void share(BandwidthFilter filter, StickTable table, int entry, int field, int periodMs) {
        set(filter, filter.limitBytes(), (long) periodMs * NS_PER_MS);
        this.table = table;
        this.entry = entry;
        this.field = field;
    }

    private void set(BandwidthFilter filter, long limitBytes, long periodNs) {
        release();
        this.filter = filter;
        this.periodNs = periodNs;
        upload = filter.isUpload();
        limit = limitBytes;
        least = Math.min(filter.leastBytes(), limitBytes);
    }

    boolean isOf(BandwidthFilter other) {
        return filter == other;
    }

    boolean isUpload() {
        return upload;
    }

    boolean isBehindCompression() {
        BandwidthFilter present = filter;
        return present != null && present.isBehindCompression();
    }

    /** How much passes at a time at least, but at the end. */
    long least() {
        return least;
    }

    /** How much may pass now. Several that share a limit get the same share of what is left. */
    long room(long nowNs) {
        StickTable shared = table;
        long left =
                limit - (shared == null ? window.used(periodNs, nowNs) : shared.value(entry, field, nowNs / NS_PER_MS));
        return left <= 0 ? 0 : shared == null ? left : left / Math.max(1, shared.use(entry));
    }

    void passed(long bytes, long nowNs) {
        StickTable shared = table;
        if (shared == null) {
            window.add(bytes, periodNs, nowNs);
        } else {
            shared.add(entry, field, bytes, nowNs / NS_PER_MS);
        }
    }

    /** How long it takes until as much of {@code pending} may pass as is worth it; nanoseconds. */
    long delayNs(long pending, long nowNs) {
        long worth = Math.max(least, Math.min(SEGMENT, Math.max(1, limit / 8)));
        long wanted = Math.min(pending, worth);
        StickTable shared = table;
        if (shared == null) {
            return window.delayNs(wanted, limit, periodNs, nowNs);
        }
        // what others do meanwhile is not known: what counts now fades within a period, and then is the time to look
        // again
        long counted = shared.value(entry, field, nowNs / NS_PER_MS);
        long surplus = counted + wanted * Math.max(1, shared.use(entry)) - limit;
        return surplus <= 0 ? 0 : (long) (periodNs * (Math.min(surplus, counted) / (double) Math.max(1, counted)));
    }

    /** Lets go of the entry. */
    void release() {
        StickTable shared = table;
        if (shared != null) {
            table = null;
            shared.release(entry);
        }
        filter = null;
    }
}
