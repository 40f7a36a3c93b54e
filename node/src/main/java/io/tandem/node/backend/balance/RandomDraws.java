// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Server;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code balance random(DRAWS)}: draws servers by weight and takes the least loaded of them; two draws do nearly as well as
 * looking at all.
 */
final class RandomDraws implements Algorithm {
    private final int draws;
    private final int balanceFactor;
    private final IntUnaryOperator random;

    /**
     * @param balanceFactor as {@link BoundedLoad} has it, 0 for none
     * @param random answers 0..n-1 for n; any thread calls
     */
    RandomDraws(int draws, int balanceFactor, IntUnaryOperator random) {
        this.draws = draws;
        this.balanceFactor = balanceFactor;
        this.random = random;
    }

    @Override
    public boolean isDynamic() {
        return true;
    }

    @Override
    public Selector over(List<Candidate> candidates) {
        Candidate[] all = candidates.toArray(Candidate[]::new);
        int[] upTo = new int[all.length];
        int total = 0;
        for (int i = 0; i < all.length; i++) {
            total += all[i].weight();
            upTo[i] = total;
        }
        BoundedLoad bound = BoundedLoad.of(candidates, balanceFactor);
        return (facts, avoid) -> select(all, upTo, avoid, bound);
    }

    private @Nullable Server select(Candidate[] all, int[] upTo, @Nullable Server avoid, @Nullable BoundedLoad bound) {
        Candidate best = null;
        long slots = bound == null ? 0 : bound.slots();
        for (int draw = 0; draw < draws; draw++) {
            int found = Arrays.binarySearch(upTo, random.applyAsInt(upTo[upTo.length - 1]) + 1);
            int index = found < 0 ? -found - 1 : found;
            Candidate candidate = all[index];
            boolean allowed = candidate.isFree(avoid) && (bound == null || bound.allows(index, slots));
            if (allowed && (best == null || load(candidate, best) < load(best, candidate))) {
                best = candidate;
            }
        }
        return best == null ? anyFree(all, avoid) : best.server();
    }

    /** Sessions of {@code one}, made comparable with those of {@code other} by its weight. */
    private static long load(Candidate one, Candidate other) {
        return (long) one.server().state().meters().current() * other.weight();
    }

    private @Nullable Server anyFree(Candidate[] all, @Nullable Server avoid) {
        int start = random.applyAsInt(all.length);
        for (int i = 0; i < all.length; i++) {
            Candidate candidate = all[(start + i) % all.length];
            if (candidate.isFree(avoid)) {
                return candidate.server();
            }
        }
        return null;
    }
}
