// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Server;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Hashes;
import io.tandem.node.rules.sample.RdpCookie;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code balance rdp-cookie} with {@code hash-type map-based}: clients with the same cookie share a server. Those without one
 * take turns. The cookie is looked for in the bytes that {@code tcp-request content} rules have waited for.
 */
final class CookieHash implements Algorithm {
    private final byte[] name;
    private final Algorithm withoutCookie = new RoundRobin(WeightedSequence::smooth, false);

    /** @param name the cookie's */
    CookieHash(byte[] name) {
        this.name = name;
    }

    @Override
    public Selector over(List<Candidate> candidates) {
        Candidate[] map = RoundRobin.sequence(candidates, WeightedSequence::fixed);
        Selector fallback = withoutCookie.over(candidates);
        return (facts, avoid) -> {
            RdpCookie cookie = new RdpCookie();
            RdpCookie.Result found = cookie.find(facts.content, facts.contentStart, facts.contentEnd, name);
            return found == RdpCookie.Result.FOUND ? select(map, facts, cookie, avoid) : fallback.select(facts, avoid);
        };
    }

    private static @Nullable Server select(Candidate[] map, Facts facts, RdpCookie cookie, @Nullable Server avoid) {
        long hash = Hashes.sdbm(facts.content, cookie.start, cookie.end);
        int slot = (int) (hash % map.length);
        for (int i = 0; i < map.length; i++) {
            Server server = map[(slot + i) % map.length].server();
            if (server != avoid) {
                return server; // full or not: its clients wait for it
            }
        }
        return null;
    }
}
