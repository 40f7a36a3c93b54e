// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code hash-balance-factor}: no server takes more sessions than its share of those of all, times a factor. Each may have
 * one. Any loop may ask.
 */
final class BoundedLoad {
    private final Candidate[] candidates;
    private final int factor;
    private final long weights;

    private BoundedLoad(List<Candidate> candidates, int factor) {
        this.candidates = candidates.toArray(Candidate[]::new);
        this.factor = factor;
        weights = candidates.stream().mapToLong(Candidate::weight).sum();
    }

    /** @param factor per cent, more than 100; 0 for no bound */
    static @Nullable BoundedLoad of(List<Candidate> candidates, int factor) {
        return factor == 0 ? null : new BoundedLoad(candidates, factor);
    }

    /** How many sessions all may have together, with one more and the factor: asked once for each choice. */
    long slots() {
        long sessions = 1; // with the one to come
        for (Candidate candidate : candidates) {
            sessions += candidate.server().state().meters().current();
        }
        return (sessions * factor + 99) / 100;
    }

    /**
     * Whether one more session may go to the candidate of that index.
     *
     * @param slots as {@link #slots} has said
     */
    boolean allows(int index, long slots) {
        long share = (slots * candidates[index].weight() + weights - 1) / weights;
        return candidates[index].server().state().meters().current() < Math.max(1, share);
    }
}
