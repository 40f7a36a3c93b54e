// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

/** What a peer may do that no good one does, or that costs us more than it: how much of it there has been. */
final class Tolerance {
    /** So many nuisances at once, and so many a second. */
    private static final int BURST = 1000;

    private static final int NUISANCES_PER_S = 100;

    private final int threshold;
    private int glitches;
    private double nuisancesLeft = BURST;
    private long atNs;

    /** @param threshold of glitches; 0 for any number */
    Tolerance(int threshold, long nowNs) {
        this.threshold = threshold;
        atNs = nowNs;
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
        return nuisancesLeft >= 0;
    }
}
