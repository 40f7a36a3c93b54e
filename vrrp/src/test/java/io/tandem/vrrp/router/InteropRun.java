// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One kind of VRRP in one role: a preferred router and another, one of them keepalived, through everything that can happen
 * to the preferred one. Measures who holds the address when.
 */
final class InteropRun {
    private static final int PREFERRED = 150;
    private static final int OTHER = 100;
    /** What a loaded machine may add to any time. */
    private static final Duration SLACK = Duration.ofSeconds(1);
    /** What it may add until keepalived's process, which has no real-time scheduling, has run. */
    private static final long SCHEDULING_MS = 150;

    /** For keepalived's start, and whatever else is no protocol. */
    private static final Duration START = Duration.ofSeconds(5);

    private static final Duration SOON = Duration.ofSeconds(25);

    private final InteropKind kind;
    private final boolean tandemIsPreferred;
    private final List<Cell> cells = new ArrayList<>();

    /**
     * What was measured of one happening.
     *
     * @param takenMs until the router that should have the address held it
     * @param boundMs how long that may take
     * @param twoMs how long two held it
     */
    record Cell(InteropKind kind, String preferred, String what, long takenMs, long boundMs, long twoMs) {
        boolean isGood() {
            return takenMs <= boundMs && twoMs <= kind.interval().toMillis() + SCHEDULING_MS;
        }

        @Override
        public String toString() {
            return String.format(
                    "%-8s %-10s %-14s taken %5d ms (at most %5d)  two holders %4d ms (at most %4d)%s",
                    kind,
                    preferred,
                    what,
                    takenMs,
                    boundMs,
                    twoMs,
                    kind.interval().toMillis(),
                    isGood() ? "" : "  !");
        }
    }

    InteropRun(InteropKind kind, boolean tandemIsPreferred) {
        this.kind = kind;
        this.tandemIsPreferred = tandemIsPreferred;
    }

    List<Cell> run(Path directory) throws IOException {
        try (TestLan lan = new TestLan()) {
            TestLan.Host a = lan.add("a", 11);
            TestLan.Host b = lan.add("b", 12);
            int tandemPriority = tandemIsPreferred ? PREFERRED : OTHER;
            int keepalivedPriority = tandemIsPreferred ? OTHER : PREFERRED;
            try (InteropNode tandem = InteropNode.tandem(lan, a, kind, tandemPriority, "10.99.0.11", "10.99.0.12");
                    InteropNode keepalived = InteropNode.keepalived(
                            lan, b, kind, keepalivedPriority, "10.99.0.12", "10.99.0.11", directory);
                    Holders holders = new Holders(kind.address(), a, b)) {
                InteropNode preferred = tandemIsPreferred ? tandem : keepalived;
                InteropNode other = tandemIsPreferred ? keepalived : tandem;
                try {
                    through(preferred, other, holders);
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError(
                            kind + " tandem preferred=" + tandemIsPreferred + ": " + e.getMessage() + "\n" + cells
                                    + "\n" + holders.since(Long.MIN_VALUE / 2) + "\n--- tandem\n" + tandem.log()
                                    + "\n--- keepalived\n" + keepalived.log(),
                            e);
                }
            }
        }
        return cells;
    }

    private void through(InteropNode preferred, InteropNode other, Holders holders) throws IOException {
        other.start();
        holders.aloneAt(other.name(), System.nanoTime(), SOON);

        long mark = System.nanoTime();
        preferred.start();
        note("start", preferred, holders, mark, kind.down(PREFERRED).plus(START));

        // The lower priority is in the next advertisement, and the timer that runs then decides.
        mark = System.nanoTime();
        preferred.advertise(OTHER - 50);
        note("priority down", other, holders, mark, kind.down(OTHER).plus(kind.interval()));
        mark = System.nanoTime();
        preferred.advertise(PREFERRED);
        note("priority up", preferred, holders, mark, kind.down(PREFERRED).plus(kind.interval()));

        mark = System.nanoTime();
        preferred.reload();
        other.reload();
        noteNothingMoves(holders, mark);

        mark = System.nanoTime();
        preferred.stop();
        note("stop", other, holders, mark, kind.skew(OTHER));
        preferred.stopped();
        mark = System.nanoTime();
        preferred.start();
        note("start again", preferred, holders, mark, kind.down(PREFERRED).plus(START));

        mark = System.nanoTime();
        preferred.crash();
        holders.died(preferred.name());
        note("crash", other, holders, mark, kind.down(OTHER));
        preferred.close();
        preferred.clearUp();
    }

    private void note(String what, InteropNode next, Holders holders, long mark, Duration bound) {
        long heldNs = holders.aloneAt(next.name(), mark, SOON);
        cells.add(cell(what, (heldNs - mark) / 1_000_000, bound.plus(SLACK).toMillis(), holders, mark));
    }

    /** For as long as a Backup would wait if the advertisements stopped. */
    private void noteNothingMoves(Holders holders, long mark) {
        Duration window = kind.down(OTHER).plus(kind.interval());
        Await.until("a while", window.plus(SOON), () -> System.nanoTime() - mark > window.toNanos());
        if (!holders.since(mark).isEmpty()) {
            throw new AssertionError("a reload moved the address: " + holders.since(mark));
        }
        cells.add(cell("reload", 0, 0, holders, mark));
    }

    private Cell cell(String what, long takenMs, long boundMs, Holders holders, long mark) {
        String preferred = tandemIsPreferred ? "tandem" : "keepalived";
        return new Cell(kind, preferred, what, takenMs, boundMs, holders.longestOverlapNs(mark) / 1_000_000);
    }
}
