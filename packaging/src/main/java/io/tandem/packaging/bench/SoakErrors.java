// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The errors of one kind of traffic in a soak, each held against what happened while it was under way. Used by any thread. */
final class SoakErrors {
    private static final int MOST_KEPT = 20;

    /** What time-outs look like from outside: only these can come of lateness, a reset or wrong bytes never do. */
    private static final Pattern LATE =
            Pattern.compile("status (408|503|504)|no connection|.*did not end within.*|.*SocketTimeoutException.*");

    /** Time lost from which a check of 500 ms may miss its answer; of what took long, half must have been lost. */
    private static final long LEAST_LOST_NS = TimeUnit.MILLISECONDS.toNanos(400);

    /** Three checks missed mark a server down, and it takes two good ones to come back: so long an error may lag behind. */
    private static final long CHECKS_NS = TimeUnit.SECONDS.toNanos(4);

    private final String traffic;
    private final boolean serversDie;
    private final SoakEvents events;
    private final List<Failure> fresh = new ArrayList<>();
    private final List<String> unexplainedOnes = new ArrayList<>();
    private long byServers;
    private long byStalls;
    private long unexplained;

    /** @param count how many the same thing happened to */
    private record Failure(String what, long fromNs, long atNs, long count) {
        long tookNs() {
            return atNs - fromNs;
        }
    }

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
    synchronized void judge(SoakStalls stalls) {
        for (Failure failure : fresh) {
            long lostNs = stalls.lostNs(failure.fromNs() - CHECKS_NS, failure.atNs());
            if (serversDie && events.serverDiedDuring(failure.fromNs(), failure.atNs(), stalls)) {
                byServers += failure.count();
            } else if (lostNs >= Math.max(LEAST_LOST_NS, failure.tookNs() / 2)
                    && LATE.matcher(failure.what()).matches()) {
                byStalls += failure.count();
            } else {
                unexplained += failure.count();
                if (unexplainedOnes.size() < MOST_KEPT) {
                    unexplainedOnes.add(describe(failure, lostNs));
                }
            }
        }
        fresh.clear();
    }

    private String describe(Failure failure, long lostNs) {
        return traffic + " at " + events.describe(failure.atNs()) + ": " + failure.what() + ", under way for "
                + TimeUnit.NANOSECONDS.toMillis(failure.tookNs()) + " ms, the machine lost "
                + TimeUnit.NANOSECONDS.toMillis(lostNs) + " ms of it"
                + (failure.count() == 1 ? "" : ", " + failure.count() + " times");
    }

    /** While a server went away. */
    synchronized long byServers() {
        return byServers;
    }

    /** Time-outs while the machine kept somebody waiting. */
    synchronized long byStalls() {
        return byStalls;
    }

    synchronized long unexplained() {
        return unexplained;
    }

    /** The first of those without explanation: when, next to what, and what it was. */
    synchronized List<String> unexplainedOnes() {
        return List.copyOf(unexplainedOnes);
    }
}
