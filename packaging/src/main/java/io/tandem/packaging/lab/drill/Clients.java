// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * The clients of a drill: each has a name that sticks it to a server, and remembers the server that answered it.
 * The load writes, the drill reads: every method locks.
 */
final class Clients {
    /** A client that has been answered. */
    record Known(String name, String server, long firstAnsweredNs) {}

    private final Random random;
    private final List<Known> known = new ArrayList<>();
    private int created;

    Clients(Random random) {
        this.random = random;
    }

    /** A name that no request has carried yet. */
    synchronized String createName() {
        return "client-" + created++;
    }

    /** One of the last thousand that have been answered. */
    synchronized Optional<Known> anyKnown() {
        int recent = Math.min(known.size(), 1000);
        return recent == 0 ? Optional.empty() : Optional.of(known.get(known.size() - 1 - random.nextInt(recent)));
    }

    synchronized void answered(String name, String server, long nowNs) {
        known.add(new Known(name, server, nowNs));
    }

    /** From now on that is its server: a client that was moved is not counted as lost twice. */
    synchronized void moved(Known client, String server) {
        int index = known.indexOf(client);
        known.set(index, new Known(client.name(), server, client.firstAnsweredNs()));
    }

    /** The latest clients whose first answer came before that time, at most {@code limit}. */
    synchronized List<Known> knownBefore(long timeNs, int limit) {
        List<Known> found = new ArrayList<>();
        for (int i = known.size() - 1; i >= 0 && found.size() < limit; i--) {
            if (known.get(i).firstAnsweredNs() - timeNs < 0) {
                found.add(known.get(i));
            }
        }
        return found;
    }
}
