// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

/**
 * Numbers the signed advertisements of one sender: the time, and one more than the last where the clock stands or went
 * back. Keep it as long as the sender lives. Owned by the thread of its virtual router.
 */
public final class HmacSequence {
    private static final int COUNTER_BITS = 16;
    private static final int FRACTION_BITS = 16;

    private long last;

    /**
     * The next number.
     *
     * @param utcMs milliseconds since 1970
     */
    public long next(long utcMs) {
        long seconds = Math.floorDiv(utcMs, 1000L) & 0xffff_ffffL;
        long fraction = (Math.floorMod(utcMs, 1000L) << FRACTION_BITS) / 1000;
        long now = seconds << 32 | fraction << COUNTER_BITS;
        last = Long.compareUnsigned(now, last) > 0 ? now : last + 1;
        return last;
    }

    /** The time in a number, in seconds since 1970, 0..2³²-1. */
    static long seconds(long sequence) {
        return sequence >>> 32;
    }
}
