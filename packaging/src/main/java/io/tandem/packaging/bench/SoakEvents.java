// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What was done in a soak, and when: an error that was under way while a server died is that server's doing, everything
 * else is not explained. Used by any thread.
 */
final class SoakEvents {
    /** So long after a server's end its clients may still be hearing of it. */
    private static final long ECHO_NS = TimeUnit.MILLISECONDS.toNanos(250);

    /** What happens in a soak. */
    enum Kind {
        RELOAD,
        SERVER_DIED,
        SERVER_BACK
    }

    /** From its beginning to its end. */
    private record Event(Kind kind, int number, long fromNs, long untilNs) {
        /** How far away it is from that time; 0 while it lasts. */
        long distanceNs(long atNs) {
            return Math.max(0, Math.max(fromNs - atNs, atNs - untilNs));
        }
    }

    private final List<Event> events = new ArrayList<>();
    private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    private final long startNs = System.nanoTime();

    /** It has happened, from then until now. */
    synchronized void happened(Kind kind, long fromNs) {
        events.add(new Event(kind, counts.merge(kind, 1, Integer::sum), fromNs, System.nanoTime()));
    }

    synchronized int count(Kind kind) {
        return counts.getOrDefault(kind, 0);
    }

    /**
     * Whether a server died while something was under way from {@code fromNs} to {@code untilNs}, or so shortly before that
     * its clients were still hearing of it: later by what the machine lost in between.
     */
    synchronized boolean serverDiedDuring(long fromNs, long untilNs, SoakStalls stalls) {
        return events.stream()
                .anyMatch(event -> event.kind() == Kind.SERVER_DIED
                        && event.fromNs() - untilNs <= 0
                        && fromNs - event.untilNs()
                                <= ECHO_NS + stalls.lostNs(/* fromNs= */ event.untilNs(), /* untilNs= */ fromNs));
    }

    /** That time, and what happened nearest to it, in words. */
    synchronized String describe(long atNs) {
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%.2f s", (atNs - startNs) / 1e9));
        for (Kind kind : Kind.values()) {
            events.stream()
                    .filter(event -> event.kind() == kind)
                    .min((a, b) -> Long.compare(a.distanceNs(atNs), b.distanceNs(atNs)))
                    .ifPresent(event -> text.append(String.format(
                            Locale.ROOT,
                            ", %.2f s from %s %d",
                            event.distanceNs(atNs) / 1e9,
                            kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                            event.number())));
        }
        return text.toString();
    }
}
