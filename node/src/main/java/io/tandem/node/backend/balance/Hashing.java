// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Server;
import io.tandem.node.rules.Facts;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The algorithms that hash a key of the request: in a map of the servers' turns, or on a circle ({@code hash-type}). */
final class Hashing implements Algorithm {
    private final HashKey key;
    private final HashType type;
    /** Of requests that have no key. */
    private final AtomicInteger position = new AtomicInteger(-1);

    Hashing(HashKey key, HashType type) {
        this.key = key;
        this.type = type;
    }

    @Override
    public boolean isDynamic() {
        return type.consistent();
    }

    @Override
    public boolean countsInParts() {
        return type.consistent();
    }

    @Override
    public Selector over(List<Candidate> candidates) {
        if (type.consistent()) {
            HashRing ring = new HashRing(candidates);
            BoundedLoad bound = BoundedLoad.of(candidates, type.balanceFactor());
            return (facts, avoid) -> {
                long hash = key.hash(facts, type);
                int at = hash == HashKey.NONE
                        ? Math.floorMod(position.incrementAndGet(), ring.size())
                        : ring.nearest(hash);
                return ring.from(at, avoid, bound, type.affinity());
            };
        }
        Candidate[] map = RoundRobin.sequence(candidates, WeightedSequence::fixed);
        return (facts, avoid) -> select(map, facts, avoid);
    }

    private @Nullable Server select(Candidate[] map, Facts facts, @Nullable Server avoid) {
        long hash = key.hash(facts, type);
        boolean takesTurns = hash == HashKey.NONE;
        int slot = takesTurns ? position.incrementAndGet() : (int) (hash % map.length);
        for (int i = 0; i < map.length; i++) {
            Candidate candidate = map[Math.floorMod(slot + i, map.length)];
            boolean may = takesTurns
                    ? candidate.isFree(avoid)
                    : candidate.server() != avoid && type.affinity().keeps(candidate.server());
            if (may) {
                if (takesTurns && i > 0) {
                    position.addAndGet(i);
                }
                return candidate.server(); // full or not: whoever is hashed to it waits for it
            }
        }
        return takesTurns || type.affinity() == HashType.Affinity.ALWAYS
                ? null
                : map[slot].server() != avoid ? map[slot].server() : null; // all are full: its own it is
    }
}
