// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.net.Inet6Address;
import java.util.HexFormat;

/**
 * The unsolicited neighbour advertisement that announces an IPv6 address (RFC 4861 §4.4), as an Ethernet frame.
 *
 * <pre>
 *  dst 33:33:00:00:00:01 | src mac | 86dd | IPv6: from the address to ff02::1, hop limit 255
 *  type 136 | code 0 | checksum | R S O flags, 29 bits 0 | target address 16 | option 2, length 1, mac
 * </pre>
 */
public final class NeighborAdvertisement {
    public static final int FRAME_BYTES = 86;

    private static final int ICMPV6 = 58;
    private static final int IP_AT = 14;
    private static final int ICMP_AT = IP_AT + 40;
    private static final int ICMP_BYTES = FRAME_BYTES - ICMP_AT;
    private static final byte OVERRIDE = 0x20;
    private static final byte ROUTER = (byte) 0x80;
    private static final MacAddress ALL_NODES_MAC = new MacAddress(0x3333_0000_0001L);
    private static final byte[] ALL_NODES = HexFormat.of().parseHex("ff020000000000000000000000000001");

    private NeighborAdvertisement() {}

    /**
     * The frame to send.
     *
     * @param isRouter whether this host forwards IPv6; hosts drop a default router that says it is none
     */
    public static byte[] encode(MacAddress mac, Inet6Address address, boolean isRouter) {
        byte[] frame = new byte[FRAME_BYTES];
        byte[] target = address.getAddress();
        ALL_NODES_MAC.write(frame, 0);
        mac.write(frame, 6);
        frame[12] = (byte) 0x86;
        frame[13] = (byte) 0xdd;
        frame[IP_AT] = 0x60;
        frame[IP_AT + 5] = ICMP_BYTES;
        frame[IP_AT + 6] = ICMPV6;
        frame[IP_AT + 7] = (byte) 255;
        System.arraycopy(target, 0, frame, IP_AT + 8, 16);
        System.arraycopy(ALL_NODES, 0, frame, IP_AT + 24, 16);
        frame[ICMP_AT] = (byte) 136;
        frame[ICMP_AT + 4] = isRouter ? (byte) (OVERRIDE | ROUTER) : OVERRIDE;
        System.arraycopy(target, 0, frame, ICMP_AT + 8, 16);
        frame[ICMP_AT + 24] = 2;
        frame[ICMP_AT + 25] = 1;
        mac.write(frame, ICMP_AT + 26);
        long sum = InternetChecksum.pseudoHeader(target, ALL_NODES, ICMPV6, ICMP_BYTES);
        int checksum = InternetChecksum.finish(InternetChecksum.add(sum, frame, ICMP_AT, ICMP_BYTES));
        frame[ICMP_AT + 2] = (byte) (checksum >>> 8);
        frame[ICMP_AT + 3] = (byte) checksum;
        return frame;
    }
}
