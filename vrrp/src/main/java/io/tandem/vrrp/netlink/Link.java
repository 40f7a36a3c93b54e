// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.netlink;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A network interface as the kernel describes it.
 *
 * @param index the interface index, unique in its namespace
 * @param flags IFF_* bits
 * @param mac such as {@code 02:42:ac:11:00:02}, empty where there is none
 * @param masterIndex the bridge or bond it belongs to, 0 for none
 * @param parentIndex the interface below it, 0 for none
 * @param alias what somebody wrote down about it, or empty
 * @param movedPort whether this is the news that a bond or team speaks by another of its ports: what the switch has learnt
 *     is wrong now
 * @param kind {@code veth}, {@code bridge}, {@code macvlan} …; null for hardware and the loopback
 */
public record Link(
        int index,
        String name,
        int flags,
        String mac,
        int mtu,
        int masterIndex,
        int parentIndex,
        String alias,
        boolean movedPort,
        @Nullable String kind) {
    private static final HexFormat MAC = HexFormat.ofDelimiter(":");
    private static final int IFF_UP = 1;
    private static final int IFF_LOWER_UP = 0x10000;

    /** Whether it is up and has a carrier: frames can leave. */
    public boolean isUsable() {
        return isUp() && (flags & IFF_LOWER_UP) != 0;
    }

    public boolean isUp() {
        return (flags & IFF_UP) != 0;
    }

    /** The hardware address in bytes: 6 for Ethernet, none where there is no address. */
    public byte[] macBytes() {
        return mac.isEmpty() ? new byte[0] : MAC.parseHex(mac);
    }

    static String macText(byte[] bytes) {
        return MAC.formatHex(bytes);
    }
}
