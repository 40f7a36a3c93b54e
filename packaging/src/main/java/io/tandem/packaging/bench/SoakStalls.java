// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** When the machine kept a soak waiting, and for how long. Used by any thread. */
final class SoakStalls {
    private final List<Stall> stalls = new ArrayList<>();

    /**
     * A window that lost time.
     *
     * @param lostNs by the thread or core that lost most
     */
    private record Stall(long fromNs, long untilNs, long lostNs) {}

    synchronized void add(long fromNs, long untilNs, long lostNs) {
        stalls.add(new Stall(fromNs, untilNs, lostNs));
    }

    /** What windows between these times lost together. */
    synchronized long lostNs(long fromNs, long untilNs) {
        return stalls.stream()
                .filter(stall -> stall.fromNs() - untilNs < 0 && fromNs - stall.untilNs() < 0)
                .mapToLong(Stall::lostNs)
                .sum();
    }

    synchronized String describe() {
        return String.format(
                Locale.ROOT,
                "Stalls of the machine: %d, %.1f s together, the longest %d ms",
                stalls.size(),
                stalls.stream().mapToLong(Stall::lostNs).sum() / 1e9,
                TimeUnit.NANOSECONDS.toMillis(
                        stalls.stream().mapToLong(Stall::lostNs).max().orElse(0)));
    }
}
