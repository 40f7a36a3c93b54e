// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

/** What a peer may do that no good one does, or that costs us more than it: how much of it there has been. */
final class Tolerance {
    /** So many nuisances at once, and so many a second. */
    private static final int BURST = 1000;

    private static final int NUISANCES_PER_S = 100;

    /** After so many in a row, within so long, others come first. */
    private static final int IN_A_ROW = 32;

    private static final long ROW_NS = 10_000_000;

    private final int threshold;
    private int glitches;
    private double nuisancesLeft = BURST;
    private long atNs;
    private int inARow;
    private long rowBeganNs;

    /** @param threshold of glitches; 0 for any number */
    Tolerance(int threshold, long nowNs) {
        this.threshold = threshold;
        atNs = nowNs;
        rowBeganNs = nowNs;
    }

    int glitches() {
        return glitches;
    }

    /** Something that is no mistake to end a connection for; whether it may go on. */
    boolean glitch() {
        glitches++;
        return threshold <= 0 || glitches < threshold;
    }

    /** Something that costs us more than the peer; whether it may go on. */
    boolean nuisance(long nowNs) {
        nuisancesLeft = Math.min(BURST, nuisancesLeft + (nowNs - atNs) * 1e-9 * NUISANCES_PER_S) - 1;
        atNs = nowNs;
        if (nowNs - rowBeganNs >= ROW_NS) {
            rowBeganNs = nowNs;
            inARow = 0;
        }
        inARow++;
        return nuisancesLeft >= 0;
    }

    /** Whether there have been so many nuisances just now that whoever else wants something comes first. */
    boolean isTried() {
        return inARow >= IN_A_ROW;
    }

    /** Others have had their turn. */
    void rested(long nowNs) {
        rowBeganNs = nowNs;
        inARow = 0;
    }

    /** Something went as it should, which makes up for half a nuisance: floods have little of it. */
    void relieve() {
        if (nuisancesLeft < BURST) {
            nuisancesLeft += 0.5;
        }
    }
}
