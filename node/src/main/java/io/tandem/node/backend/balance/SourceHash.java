// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Server;
import io.tandem.node.frontend.Peer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code balance source} with {@code hash-type map-based}: a client keeps its server as long as the set of servers stays
 * the same. The client's address as a number, modulo the sum of weights, is looked up in the order of {@code static-rr}.
 */
final class SourceHash implements Algorithm {
    private final Algorithm withoutAddress = new RoundRobin(WeightedSequence::smooth, false);

    @Override
    public Selector over(List<Candidate> candidates) {
        Candidate[] map = RoundRobin.sequence(candidates, WeightedSequence::fixed);
        Selector fallback = withoutAddress.over(candidates);
        return (facts, avoid) ->
                facts.source.length() == 0 ? fallback.select(facts, avoid) : select(map, facts.source, avoid);
    }

    private static @Nullable Server select(Candidate[] map, Peer source, @Nullable Server avoid) {
        int slot = (int) (hash(source.address(), source.length()) % map.length);
        for (int i = 0; i < map.length; i++) {
            Candidate candidate = map[(slot + i) % map.length];
            if (candidate.server() != avoid) {
                return candidate.server(); // full or not: its clients wait for it
            }
        }
        return null;
    }

    /** The words of 32 bits, most significant byte first, combined by exclusive or: unsigned. */
    static long hash(byte[] address, int length) {
        int hash = 0;
        for (int i = 0; i < length; i += 4) {
            hash ^= (address[i] & 0xff) << 24
                    | (address[i + 1] & 0xff) << 16
                    | (address[i + 2] & 0xff) << 8
                    | (address[i + 3] & 0xff);
        }
        return hash & 0xffff_ffffL;
    }
}
