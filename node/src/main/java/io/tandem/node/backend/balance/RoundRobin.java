// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Server;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code balance roundrobin} and {@code static-rr}: servers take turns in the order of a {@link WeightedSequence}.
 *
 * <p>All loops share one position, so that a client sees the servers in turn whichever loop serves it.
 */
final class RoundRobin implements Algorithm {
    private final Function<int[], int[]> order;
    private final boolean dynamic;
    private final AtomicInteger position = new AtomicInteger(-1);

    /** @param dynamic whether weights may change while it goes on */
    RoundRobin(Function<int[], int[]> order, boolean dynamic) {
        this.order = order;
        this.dynamic = dynamic;
    }

    @Override
    public boolean isDynamic() {
        return dynamic;
    }

    @Override
    public Selector over(List<Candidate> candidates) {
        Candidate[] sequence = sequence(candidates, order);
        Candidate[] servers = candidates.toArray(Candidate[]::new);
        return (facts, avoid) -> select(sequence, servers, avoid);
    }

    static Candidate[] sequence(List<Candidate> candidates, Function<int[], int[]> order) {
        int[] indexes =
                order.apply(candidates.stream().mapToInt(Candidate::weight).toArray());
        Candidate[] sequence = new Candidate[indexes.length];
        for (int i = 0; i < indexes.length; i++) {
            sequence[i] = candidates.get(indexes[i]);
        }
        return sequence;
    }

    private @Nullable Server select(Candidate[] sequence, Candidate[] servers, @Nullable Server avoid) {
        for (int tries = 0; tries < sequence.length; tries++) {
            Candidate candidate = sequence[Math.floorMod(position.incrementAndGet(), sequence.length)];
            if (candidate.isFree(avoid)) {
                return candidate.server();
            }
            if (tries == 0 && !isAnyFree(servers, avoid)) {
                position.decrementAndGet();
                return null; // a sequence may be long, and all full is just when there is no time for it
            }
        }
        return null;
    }

    private static boolean isAnyFree(Candidate[] servers, @Nullable Server avoid) {
        for (Candidate candidate : servers) {
            if (candidate.isFree(avoid)) {
                return true;
            }
        }
        return false;
    }
}
