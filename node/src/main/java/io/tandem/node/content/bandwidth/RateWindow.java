// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.bandwidth;

/**
 * What has passed within the last period, as stick tables count it: all of the current period, and of the one before the share that
 * still lies within. Pure; one exchange's.
 */
final class RateWindow {
    private long startNs;
    private long current;
    private long previous;

    /** Nothing has passed; a period begins. */
    void begin(long nowNs) {
        startNs = nowNs;
        current = 0;
        previous = 0;
    }

    /** Bytes that count at {@code nowNs}. */
    long used(long periodNs, long nowNs) {
        turn(periodNs, nowNs);
        return current + weighted(periodNs, nowNs - startNs);
    }

    /** Rounded up: a limit is never exceeded by what rounding hides. */
    private long weighted(long periodNs, long elapsedNs) {
        return previous == 0 ? 0 : (long) Math.ceil(previous * ((double) (periodNs - elapsedNs) / periodNs));
    }

    void add(long bytes, long periodNs, long nowNs) {
        turn(periodNs, nowNs);
        current += bytes;
    }

    private void turn(long periodNs, long nowNs) {
        long elapsedNs = nowNs - startNs;
        if (elapsedNs < periodNs) {
            return;
        }
        if (elapsedNs < 2 * periodNs) {
            previous = current;
            startNs += periodNs;
        } else {
            previous = 0;
            startNs = nowNs;
        }
        current = 0;
    }

    /**
     * How long it takes until {@code bytes} more may pass.
     *
     * @param bytes at most {@code limit}
     * @return nanoseconds, 0 where they may now, less than three periods
     */
    long delayNs(long bytes, long limit, long periodNs, long nowNs) {
        turn(periodNs, nowNs);
        long elapsedNs = nowNs - startNs;
        long most = limit - bytes; // what may count besides them
        if (current + weighted(periodNs, elapsedNs) <= most) {
            return 0;
        }
        if (current <= most) { // the period before fades soon enough
            return untilAtMost(previous, most - current, periodNs) - elapsedNs;
        }
        return periodNs - elapsedNs + untilAtMost(current, most, periodNs);
    }

    /** How far into the next period {@code bytes} of one count as {@code most}. */
    private static long untilAtMost(long bytes, long most, long periodNs) {
        return bytes <= most ? 0 : (long) Math.ceil((1 - (double) most / bytes) * periodNs);
    }
}
