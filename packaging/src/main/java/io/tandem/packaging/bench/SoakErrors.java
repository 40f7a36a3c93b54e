// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.util.ArrayList;
import java.util.List;

/** The errors of one kind of traffic in a soak, each held against what happened while it was under way. Used by any thread. */
final class SoakErrors {
    private static final int MOST_KEPT = 20;

    private final String traffic;
    private final boolean serversDie;
    private final SoakEvents events;
    private final List<Failure> fresh = new ArrayList<>();
    private final List<String> unexplainedOnes = new ArrayList<>();
    private long explained;
    private long unexplained;

    /** @param count how many the same thing happened to */
    private record Failure(String what, long fromNs, long atNs, long count) {}

    /** @param serversDie whether the servers behind this traffic do */
    SoakErrors(String traffic, boolean serversDie, SoakEvents events) {
        this.traffic = traffic;
        this.serversDie = serversDie;
        this.events = events;
    }

    String traffic() {
        return traffic;
    }

    void add(String what, long fromNs, long atNs) {
        add(what, fromNs, atNs, 1);
    }

    synchronized void add(String what, long fromNs, long atNs, long count) {
        fresh.add(new Failure(what, fromNs, atNs, count));
    }

    /** Judges what has been added: a death that caused an error may be recorded a moment after it. */
    synchronized void judge() {
        for (Failure failure : fresh) {
            if (serversDie && events.serverDiedDuring(failure.fromNs(), failure.atNs())) {
                explained += failure.count();
                continue;
            }
            unexplained += failure.count();
            if (unexplainedOnes.size() < MOST_KEPT) {
                unexplainedOnes.add(traffic + " at " + events.describe(failure.atNs()) + ": " + failure.what()
                        + ", under way for " + (failure.atNs() - failure.fromNs()) / 1_000_000 + " ms"
                        + (failure.count() == 1 ? "" : ", " + failure.count() + " times"));
            }
        }
        fresh.clear();
    }

    synchronized long explained() {
        return explained;
    }

    synchronized long unexplained() {
        return unexplained;
    }

    /** The first of those without explanation: when, next to what, and what it was. */
    synchronized List<String> unexplainedOnes() {
        return List.copyOf(unexplainedOnes);
    }
}
