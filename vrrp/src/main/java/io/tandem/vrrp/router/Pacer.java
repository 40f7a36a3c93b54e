// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import java.util.HashMap;
import java.util.Map;

/**
 * The pace of announcements on one interface, or on a group of them behind one switch ({@code garp_interval}, {@code
 * garp_group}). Owned by the reactor's thread.
 */
final class Pacer {
    private long arpFreeAtNs;
    private long neighborFreeAtNs;
    private boolean used;

    /** Of all interfaces and groups of this host, by name. */
    static final class All {
        private final Map<String, Pacer> pacers = new HashMap<>();

        Pacer of(String name) {
            return pacers.computeIfAbsent(name, unused -> new Pacer());
        }
    }

    /**
     * Whether a message may leave now; if so, the next may {@code gapNs} later.
     *
     * @param arp whether it is an ARP packet, and not a neighbour advertisement
     */
    boolean take(boolean arp, long gapNs, long nowNs) {
        if (used && nowNs - freeAtNs(arp) < 0) {
            return false;
        }
        if (!used) {
            used = true;
            arpFreeAtNs = nowNs;
            neighborFreeAtNs = nowNs;
        }
        if (arp) {
            arpFreeAtNs = nowNs + gapNs;
        } else {
            neighborFreeAtNs = nowNs + gapNs;
        }
        return true;
    }

    /** When the next message of the kind may leave. */
    long freeAtNs(boolean arp) {
        return arp ? arpFreeAtNs : neighborFreeAtNs;
    }
}
