// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

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
    /** Of the ICMPv6 message. */
    public static final int TYPE = 135;

    private static final byte SOURCE_LINK_LAYER = 1;
    private static final int TARGET_AT = 8;
    private static final int OPTIONS_AT = 24;
    private static final int GROUP_BYTES = 13;
    private static final byte[] GROUP = HexFormat.of().parseHex("ff0200000000000000000001ff000000");

    private NeighborSolicitation() {}

    /** @param source an IPv6 address of the host, as {@code target} is one */
    public static byte[] encode(MacAddress mac, InetAddress source, InetAddress target) {
        byte[] wanted = target.getAddress();
        NeighborFrame frame = new NeighborFrame(TYPE, mac, source.getAddress(), groupOf(wanted));
        return frame.about(wanted, SOURCE_LINK_LAYER, 0);
    }

    /** The multicast group that whoever has the address listens to (RFC 4291 2.7.1). */
    public static InetAddress group(InetAddress address) {
        return address(groupOf(address.getAddress()), 0);
    }

    private static byte[] groupOf(byte[] address) {
        byte[] group = GROUP.clone();
        System.arraycopy(address, GROUP_BYTES, group, GROUP_BYTES, 3);
        return group;
    }

    /**
     * What somebody asks.
     *
     * @param target the address asked for
     * @param asking who asks; the unspecified address for one that is about to take the target for itself (RFC 4862 5.4)
     * @param mac the asking host's; null where it does not say
     */
    public record Question(InetAddress target, InetAddress asking, @Nullable MacAddress mac) {}

    /**
     * Reads an ICMPv6 message, without IP header; hop limit and checksum have been seen to.
     *
     * @return null for anything but a valid solicitation (RFC 4861 7.1.1)
     */
    public static @Nullable Question decode(byte[] message, int length, InetAddress source, InetAddress destination) {
        if (length < OPTIONS_AT || length > message.length || (message[0] & 0xff) != TYPE || message[1] != 0) {
            return null;
        }
        MacAddress mac = null;
        for (int at = OPTIONS_AT; at < length; ) {
            int bytes = at + 1 < length ? (message[at + 1] & 0xff) * 8 : 0;
            if (bytes == 0 || at + bytes > length) {
                return null;
            }
            if (message[at] == SOURCE_LINK_LAYER && bytes == 8) {
                mac = MacAddress.of(message, at + 2);
            }
            at += bytes;
        }
        boolean anonymous = source.isAnyLocalAddress();
        if (anonymous && (mac != null || !isGroup(destination)) || message[TARGET_AT] == (byte) 0xff) {
            return null;
        }
        return new Question(address(message, TARGET_AT), source, mac);
    }

    private static boolean isGroup(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == GROUP.length && Arrays.equals(bytes, 0, GROUP_BYTES, GROUP, 0, GROUP_BYTES);
    }

    private static InetAddress address(byte[] bytes, int offset) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, offset, offset + 16));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of 16 bytes", e);
        }
    }
}
