// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.link;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** What one liveness link has counted since the start. Written by the reactor's thread, read by any. */
final class LinkCounters {
    /** Attempts with a wrong secret, in either direction. */
    final AtomicLong refused = new AtomicLong();
    /** The peer was taken for dead. */
    final AtomicLong losses = new AtomicLong();
    /** The peer took this node for dead, and said so. */
    final AtomicLong gaveUs = new AtomicLong();
    /** Connections that ended without farewell. */
    final AtomicLong ends = new AtomicLong();
    /** Networks lost while the peer lived. */
    final AtomicLong cuts = new AtomicLong();
    /** Connections given up because the peer did not read. */
    final AtomicLong slow = new AtomicLong();
    /** Connections given up for a frame that was not the peer's. */
    final AtomicLong forged = new AtomicLong();

    /** By their names in status and metrics. */
    Map<String, Long> all() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("refused", refused.get());
        all.put("losses", losses.get());
        all.put("given_up_by_peer", gaveUs.get());
        all.put("connections_ended", ends.get());
        all.put("networks_lost", cuts.get());
        all.put("slow", slow.get());
        all.put("forged", forged.get());
        return all;
    }
}
