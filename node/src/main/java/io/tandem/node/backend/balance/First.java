// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Server;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code balance first}: the first server, by number, that has a connection slot left. */
final class First implements Algorithm {
    @Override
    public Selector over(List<Candidate> candidates) {
        List<Candidate> ordered = candidates.stream()
                .sorted(Comparator.comparingInt(
                        candidate -> candidate.server().description().id()))
                .toList();
        return (facts, avoid) -> select(ordered, avoid);
    }

    private static @Nullable Server select(List<Candidate> ordered, @Nullable Server avoid) {
        for (Candidate candidate : ordered) {
            if (candidate.isFree(avoid)) {
                return candidate.server();
            }
        }
        return null;
    }
}
