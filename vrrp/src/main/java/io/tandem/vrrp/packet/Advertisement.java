// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.net.InetAddress;
import java.util.List;

/**
 * A VRRP advertisement as received.
 *
 * @param version 2 or 3
 * @param vrid 1..255
 * @param priority 0..255; 0: its sender stops
 * @param intervalCs the sender's interval, 1..4095 in version 3 (0 is possible on the wire and means nothing)
 * @param addresses those in the packet
 */
public record Advertisement(int version, int vrid, int priority, int intervalCs, List<InetAddress> addresses) {
    public Advertisement {
        addresses = List.copyOf(addresses);
    }

    public long intervalNs() {
        return intervalCs * 10_000_000L;
    }
}
