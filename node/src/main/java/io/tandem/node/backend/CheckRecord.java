// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.concurrent.atomic.AtomicInteger;

/** What the checks of a server have found so far, and whether they go on. Any thread. */
public final class CheckRecord {
    private volatile CheckReport last = CheckReport.NONE;
    private volatile boolean enabled = true;
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicInteger observed = new AtomicInteger();

    private volatile long dueNs; // written by the loop that checks, read by the thread that loads

    CheckRecord() {}

    /** When the next check is due, {@code System.nanoTime}; 0 before the first one. */
    public long dueNs() {
        return dueNs;
    }

    /** {@code atNs} is when the next one is due. */
    public void due(long atNs) {
        dueNs = atNs == 0 ? 1 : atNs;
    }

    /** What the last check found. */
    public CheckReport last() {
        return last;
    }

    public void last(CheckReport report) {
        last = report;
    }

    /** Whether checks go on; an operator may suspend them. */
    public boolean isEnabled() {
        return enabled;
    }

    public void enabled(boolean goOn) {
        enabled = goOn;
    }

    /** Checks that failed while it was up: {@code chkfail}. */
    public int failed() {
        return failed.get();
    }

    public void countFailed() {
        failed.incrementAndGet();
    }

    /** How often traffic showed too many errors in a row ({@code observe}): {@code hanafail}. */
    public int observed() {
        return observed.get();
    }

    public void countObserved() {
        observed.incrementAndGet();
    }
}
