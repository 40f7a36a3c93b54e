// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.cluster;

/**
 * The counters already seen of one sender (RFC 4303 §3.4.3): each is accepted once, and not when it lies
 * {@value #SIZE} or more below the highest. Any thread.
 */
final class ReplayWindow {
    static final int SIZE = 8192;
    private static final int WORDS = SIZE / 64;

    private final long[] seen = new long[WORDS];
    private long highest;

    /** Whether this counter, from 1, is new; remembers it. */
    synchronized boolean accept(long counter) {
        if (counter <= 0 || counter <= highest - SIZE) {
            return false;
        }
        if (counter > highest) {
            forget(highest + 1, counter);
            highest = counter;
        }
        int word = (int) (counter >>> 6) & (WORDS - 1);
        long bit = 1L << (counter & 63);
        boolean fresh = (seen[word] & bit) == 0;
        seen[word] |= bit;
        return fresh;
    }

    /** Clears the bits of counters that enter the window. */
    private void forget(long from, long to) {
        if (to - from >= SIZE) {
            java.util.Arrays.fill(seen, 0);
            return;
        }
        for (long counter = from; counter <= to; counter++) {
            seen[(int) (counter >>> 6) & (WORDS - 1)] &= ~(1L << (counter & 63));
        }
    }
}
