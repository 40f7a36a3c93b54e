// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What replication has done since the process began. Any thread. */
public final class SyncStats {
    public final LongAdder batchesSent = new LongAdder();
    public final LongAdder entriesSent = new LongAdder();
    public final LongAdder bytesSent = new LongAdder();
    public final LongAdder batchesReceived = new LongAdder();
    public final LongAdder entriesReceived = new LongAdder();
    public final LongAdder bytesReceived = new LongAdder();
    /** Cells of state transfers, sent and received. */
    public final LongAdder cellsTaught = new LongAdder();

    public final LongAdder cellsLearned = new LongAdder();
    /** Cells of which a newer state was known. */
    public final LongAdder stale = new LongAdder();
    /** Cells of keys cleared or expired meanwhile. */
    public final LongAdder gone = new LongAdder();
    /** Cells refused because the table was full. */
    public final LongAdder full = new LongAdder();
    /** Missing batches noticed; each leads to a resync. */
    public final LongAdder gaps = new LongAdder();

    public final LongAdder resyncs = new LongAdder();
    /** Members that use this node's name. */
    public final LongAdder duplicateNames = new LongAdder();

    private final Map<DecodeFailure, LongAdder> failures = new EnumMap<>(DecodeFailure.class);

    public SyncStats() {
        for (DecodeFailure reason : DecodeFailure.values()) {
            failures.put(reason, new LongAdder());
        }
    }

    void failed(DecodeFailure reason) {
        LongAdder counter = failures.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    /** How often bytes were refused for that reason. */
    public long failures(DecodeFailure reason) {
        LongAdder counter = failures.get(reason);
        return counter == null ? 0 : counter.sum();
    }
}
