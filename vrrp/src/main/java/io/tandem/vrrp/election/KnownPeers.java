// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The peers whose liveness link is up, with the priority they last told, and all that were known once. At most 16 of them: a
 * cluster's size.
 */
final class KnownPeers {
    private static final int LIMIT = 16;

    private final Map<InetAddress, Integer> priorities = new LinkedHashMap<>();
    private final Set<InetAddress> everSeen = new LinkedHashSet<>();

    void seen(InetAddress peer, int priority) {
        if (priorities.size() < LIMIT || priorities.containsKey(peer)) {
            priorities.put(peer, priority);
        }
        if (everSeen.size() < LIMIT) {
            everSeen.add(peer);
        }
    }

    void forget(InetAddress peer) {
        priorities.remove(peer);
    }

    /** Whether a liveness link has vouched for it since the start. */
    boolean hasEverSeen(InetAddress peer) {
        return everSeen.contains(peer);
    }

    boolean hasEverSeenAny() {
        return !everSeen.isEmpty();
    }

    boolean contains(InetAddress peer) {
        return priorities.containsKey(peer);
    }

    /** The peer that wins the election among peers, or null if none could take over. */
    @Nullable InetAddress best(@Nullable InetAddress except) {
        InetAddress best = null;
        int bestPriority = 0;
        for (Map.Entry<InetAddress, Integer> peer : priorities.entrySet()) {
            if (peer.getValue() > 0
                    && !peer.getKey().equals(except)
                    && (best == null || beats(peer.getValue(), peer.getKey(), bestPriority, best))) {
                best = peer.getKey();
                bestPriority = peer.getValue();
            }
        }
        return best;
    }

    /** Whether a peer other than {@code except} would win against this priority and address. */
    boolean anyBetterThan(int priority, InetAddress source, @Nullable InetAddress except) {
        return priorities.entrySet().stream()
                .anyMatch(peer ->
                        !peer.getKey().equals(except) && beats(peer.getValue(), peer.getKey(), priority, source));
    }

    /** Higher priority wins; among equals the greater address (RFC 9568 §6.4.3). */
    static boolean beats(int priority, InetAddress address, int otherPriority, InetAddress otherAddress) {
        return priority > otherPriority || (priority == otherPriority && isGreater(address, otherAddress));
    }

    static boolean isGreater(InetAddress one, InetAddress other) {
        return Arrays.compareUnsigned(one.getAddress(), other.getAddress()) > 0;
    }
}
