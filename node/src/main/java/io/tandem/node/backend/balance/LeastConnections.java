// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerLimits;
import io.tandem.node.backend.ServerState;
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
    public boolean isDynamic() {
        return true;
    }

    @Override
    public Selector over(List<Candidate> candidates) {
        Candidate[] all = candidates.toArray(Candidate[]::new);
        return (facts, avoid) -> select(all, avoid);
    }

    /** With a {@code maxqueue} its own queue counts as room: load evens out better with small limits. */
    private static boolean mayQueue(ServerState state) {
        ServerLimits limits = state.limits();
        int queued = state.queue().length();
        return queued < limits.maxQueue() && state.meters().current() + queued < state.limitNow() + limits.maxQueue();
    }

    private @Nullable Server select(Candidate[] all, @Nullable Server avoid) {
        int start = last.get() + 1;
        int best = -1;
        long bestSessions = 0;
        for (int i = 0; i < all.length; i++) {
            int at = Math.floorMod(start + i, all.length);
            Candidate candidate = all[at];
            ServerState state = candidate.server().state();
            if (candidate.server() != avoid && (!state.isFull() || mayQueue(state))) {
                long sessions = (long) state.meters().current() + state.queue().length();
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
