// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Server;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * {@code balance leastconn}: the server with the fewest sessions for its weight; among equals the one behind the server
 * chosen last.
 */
final class LeastConnections implements Algorithm {
    private final AtomicInteger last = new AtomicInteger(-1);

    @Override
    public Selector over(List<Candidate> candidates) {
        Candidate[] all = candidates.toArray(Candidate[]::new);
        return (facts, avoid) -> select(all, avoid);
    }

    private @Nullable Server select(Candidate[] all, @Nullable Server avoid) {
        int start = last.get() + 1;
        int best = -1;
        long bestSessions = 0;
        for (int i = 0; i < all.length; i++) {
            int at = Math.floorMod(start + i, all.length);
            Candidate candidate = all[at];
            if (candidate.isFree(avoid)) {
                long sessions = candidate.server().state().meters().current();
                // sessions / weight < bestSessions / bestWeight, without dividing
                if (best < 0 || sessions * all[best].weight() < bestSessions * candidate.weight()) {
                    best = at;
                    bestSessions = sessions;
                }
            }
        }
        if (best < 0) {
            return null;
        }
        last.set(best);
        return all[best].server();
    }
}
