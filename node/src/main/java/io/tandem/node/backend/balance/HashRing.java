// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Server;
import io.tandem.node.rules.sample.Hashes;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Consistent hashing: each server stands at many places of a circle of 2³² numbers, as many as its weight has parts, and a
 * number belongs to the nearest place. Where a server stands follows from its id, or its address ({@code hash-key}), alone, so
 * that all balancers agree, and a change of one server moves only what was or is its own. Immutable.
 */
final class HashRing {
    /** Places of one server at most; those of the next id begin there. */
    private static final int PLACES = 4096;

    private static final long NUMBERS = 1L << 32;

    private final Candidate[] candidates;
    /** Sorted: the number in the upper half, the candidate's index in the lower. */
    private final long[] places;

    /** @param candidates their weights in parts, see {@link Algorithm#countsInParts} */
    HashRing(List<Candidate> candidates) {
        this.candidates = candidates.toArray(Candidate[]::new);
        places = new long[candidates.stream().mapToInt(Candidate::weight).sum()];
        int filled = 0;
        for (int i = 0; i < this.candidates.length; i++) {
            long first = this.candidates[i].server().firstPlace(PLACES);
            for (int place = 0; place < this.candidates[i].weight(); place++) {
                places[filled++] = (Hashes.avalanche(first + place) << 31) | i; // 31: the sign bit stays clear
            }
        }
        Arrays.sort(places);
    }

    int size() {
        return places.length;
    }

    private long number(int at) {
        return places[at] >>> 31;
    }

    /** The place nearest to {@code hash}; the lower one of two that are equally near. */
    int nearest(long hash) {
        int found = Arrays.binarySearch(places, hash << 31);
        int above = found >= 0 ? found : -found - 1;
        int next = above == places.length ? 0 : above;
        int previous = above == 0 ? places.length - 1 : above - 1;
        long up = (number(next) - hash) & (NUMBERS - 1);
        long down = (hash - number(previous)) & (NUMBERS - 1);
        return down <= up ? previous : next;
    }

    /** The server at a place, or the next around the circle that is not to be avoided and within the bound. */
    @Nullable Server from(int at, @Nullable Server avoid, @Nullable BoundedLoad bound, HashType.Affinity affinity) {
        long slots = bound == null ? 0 : bound.slots();
        for (int i = 0; i < places.length; i++) {
            Server server = candidate(at, i).server();
            if (server != avoid && (bound == null || bound.allows(index(at, i), slots)) && affinity.keeps(server)) {
                return server; // full or not: whoever is hashed to it waits for it
            }
        }
        // where all are full it is the key's own
        return affinity == HashType.Affinity.ALWAYS ? null : from(at, avoid, bound, HashType.Affinity.ALWAYS);
    }

    private int index(int at, int further) {
        return (int) (places[(at + further) % places.length] & 0x7fff_ffff);
    }

    private Candidate candidate(int at, int further) {
        return candidates[index(at, further)];
    }
}
