// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.net.InetAddress;
import java.util.HexFormat;

/**
 * Asks who holds an IPv6 address (RFC 4861 4.3), as an Ethernet frame to the address's solicited-node group. Its source is
 * the asking host's own: who holds the address answers that host alone, so that nobody else's cache is touched.
 *
 * <pre>
 *  dst 33:33:ff:xx:xx:xx | src mac | 86dd | IPv6: from the host to ff02::1:ffxx:xxxx, hop limit 255
 *  type 135 | code 0 | checksum | 32 bits 0 | target address 16 | option 1, length 1, mac
 * </pre>
 */
public final class NeighborSolicitation {
    private static final int TYPE = 135;
    private static final byte SOURCE_LINK_LAYER = 1;
    private static final byte[] GROUP = HexFormat.of().parseHex("ff0200000000000000000001ff000000");

    private NeighborSolicitation() {}

    /** @param source an IPv6 address of the host, as {@code target} is one */
    public static byte[] encode(MacAddress mac, InetAddress source, InetAddress target) {
        byte[] wanted = target.getAddress();
        byte[] group = GROUP.clone();
        System.arraycopy(wanted, 13, group, 13, 3);
        NeighborFrame frame = new NeighborFrame(TYPE, mac, source.getAddress(), group);
        return frame.about(wanted, SOURCE_LINK_LAYER, 0);
    }
}
