// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.bandwidth;

import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.TableReference;
import io.tandem.peers.table.DataType;
import org.jspecify.annotations.Nullable;

/**
 * A {@code filter bwlim-in|bwlim-out} line. What it refers to is known once all proxies are: set while the configuration is
 * completed, read by any loop afterwards.
 */
public final class BandwidthFilter {
    private final String name;
    private final boolean upload;
    private final long limitBytes;
    private final int periodMs;
    private final long leastBytes;
    private @Nullable Expression key;
    private @Nullable TableReference table;
    private boolean behindCompression;

    /**
     * @param upload whether it limits what comes from clients; otherwise what goes to them
     * @param limitBytes how much may pass within a period, positive
     * @param periodMs how long a period is where the limit is each exchange's own; 0 for the period of its table
     * @param leastBytes how much passes at a time at least, but at the end
     */
    BandwidthFilter(String name, boolean upload, long limitBytes, int periodMs, long leastBytes) {
        this.name = name;
        this.upload = upload;
        this.limitBytes = limitBytes;
        this.periodMs = periodMs;
        this.leastBytes = leastBytes;
    }

    /** The exchanges of which {@code key} yields the same share what {@code table} counts. */
    void sharedBy(Expression key, TableReference table) {
        this.key = key;
        this.table = table;
    }

    /** The compression of its proxy comes before it: what is limited is what compression makes of bodies. */
    void behindCompression() {
        behindCompression = true;
    }

    public String name() {
        return name;
    }

    /** {@code bwlim-in}, {@code bwlim-out}. */
    public String kind() {
        return upload ? "bwlim-in" : "bwlim-out";
    }

    boolean isUpload() {
        return upload;
    }

    /** Whether several exchanges share the limit: rules cannot say another one then. */
    public boolean isShared() {
        return periodMs == 0;
    }

    public long limitBytes() {
        return limitBytes;
    }

    public int periodMs() {
        return periodMs;
    }

    long leastBytes() {
        return leastBytes;
    }

    boolean isBehindCompression() {
        return behindCompression;
    }

    @Nullable Expression key() {
        return key;
    }

    @Nullable TableReference table() {
        return table;
    }

    /** What its table has to store. */
    DataType rate() {
        return upload ? DataType.BYTES_IN_RATE : DataType.BYTES_OUT_RATE;
    }
}
