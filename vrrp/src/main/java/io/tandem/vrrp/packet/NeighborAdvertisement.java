// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The neighbour advertisement that announces an IPv6 address, answers who asks for it, or claims it (RFC 4861 4.4).
 *
 * <pre>
 *  dst 33:33:00:00:00:01, or who asked | src mac | 86dd | IPv6: from the address to ff02::1, or who asked, hop limit 255
 *  type 136 | code 0 | checksum | R S O flags, 29 bits 0 | target address 16 | option 2, length 1, mac
 * </pre>
 */
public final class NeighborAdvertisement {
    public static final int FRAME_BYTES = NeighborFrame.FRAME_BYTES;

    /** Where the ICMPv6 message begins in a frame. */
    public static final int MESSAGE_AT = NeighborFrame.ICMP_AT;

    /** Of the ICMPv6 message. */
    public static final int TYPE = 136;

    private static final int OVERRIDE = 0x20;
    private static final int SOLICITED = 0x40;
    private static final int ROUTER = 0x80;
    private static final byte TARGET_LINK_LAYER = 2;
    private static final int TARGET_AT = 8;
    private static final int OPTIONS_AT = 24;
    private static final byte[] ALL_NODES = HexFormat.of().parseHex("ff020000000000000000000000000001");

    private NeighborAdvertisement() {}

    /**
     * The unsolicited one, as an Ethernet frame.
     *
     * @param isRouter whether this host forwards IPv6; hosts drop a default router that says it is none
     */
    public static byte[] encode(MacAddress mac, Inet6Address address, boolean isRouter) {
        byte[] target = address.getAddress();
        return new NeighborFrame(TYPE, mac, target, ALL_NODES)
                .about(target, TARGET_LINK_LAYER, isRouter ? OVERRIDE | ROUTER : OVERRIDE);
    }

    /**
     * What answers a solicitation (7.2.4), as an Ethernet frame: to the asking host, or to all where it has no address yet.
     *
     * @param target the address asked for
     * @param asking the solicitation's source
     * @param askingMac the asking host's; not looked at where it has no address
     */
    public static byte[] answer(
            MacAddress mac, InetAddress target, boolean isRouter, InetAddress asking, MacAddress askingMac) {
        byte[] address = target.getAddress();
        int flags = isRouter ? OVERRIDE | ROUTER : OVERRIDE;
        return asking.isAnyLocalAddress()
                ? new NeighborFrame(TYPE, mac, address, ALL_NODES).about(address, TARGET_LINK_LAYER, flags)
                : new NeighborFrame(TYPE, mac, address, asking.getAddress(), askingMac)
                        .about(address, TARGET_LINK_LAYER, flags | SOLICITED);
    }

    /**
     * Reads an ICMPv6 message, without IP header; the kernel has seen to its checksum.
     *
     * @return null for anything but an advertisement that names a link-layer address
     */
    public static @Nullable Claim decode(byte[] message, int length) {
        if (length < OPTIONS_AT || length > message.length || (message[0] & 0xff) != TYPE || message[1] != 0) {
            return null;
        }
        for (int at = OPTIONS_AT; at + 8 <= length; ) {
            int bytes = (message[at + 1] & 0xff) * 8;
            if (message[at] == TARGET_LINK_LAYER && bytes == 8) {
                return new Claim(target(message), MacAddress.of(message, at + 2));
            }
            if (bytes == 0) {
                return null; // without end (4.6)
            }
            at += bytes;
        }
        return null;
    }

    private static InetAddress target(byte[] message) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(message, TARGET_AT, TARGET_AT + 16));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of 16 bytes", e);
        }
    }
}
