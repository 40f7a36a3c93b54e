// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.nio.ByteBuffer;

/** The Ethernet frame of a neighbour discovery message with a target and one link-layer address (RFC 4861 4.3, 4.4). */
final class NeighborFrame {
    static final int FRAME_BYTES = 86;

    private static final int ICMPV6 = 58;
    private static final int IP_AT = 14;
    static final int ICMP_AT = IP_AT + 40;
    private static final int ICMP_BYTES = FRAME_BYTES - ICMP_AT;

    private final byte[] frame = new byte[FRAME_BYTES];
    private final MacAddress mac;
    private final byte[] source;
    private final byte[] destination;

    /** @param group the multicast destination; its last four bytes make the Ethernet one (RFC 2464 7) */
    NeighborFrame(int type, MacAddress mac, byte[] source, byte[] group) {
        this(
                type,
                mac,
                source,
                group,
                new MacAddress(0x3333_0000_0000L | ByteBuffer.wrap(group).getInt(12) & 0xffff_ffffL));
    }

    /** @param to whom the frame goes to, which has the address {@code destination} */
    NeighborFrame(int type, MacAddress mac, byte[] source, byte[] destination, MacAddress to) {
        this.mac = mac;
        this.source = source;
        this.destination = destination;
        to.write(frame, 0);
        mac.write(frame, 6);
        frame[12] = (byte) 0x86;
        frame[13] = (byte) 0xdd;
        frame[IP_AT] = 0x60;
        frame[IP_AT + 5] = ICMP_BYTES;
        frame[IP_AT + 6] = ICMPV6;
        frame[IP_AT + 7] = (byte) 255;
        System.arraycopy(source, 0, frame, IP_AT + 8, 16);
        System.arraycopy(destination, 0, frame, IP_AT + 24, 16);
        frame[ICMP_AT] = (byte) type;
    }

    /** The whole frame: what is asked or said about {@code target}, with the sender's link-layer address as an option. */
    byte[] about(byte[] target, byte option, int flags) {
        frame[ICMP_AT + 4] = (byte) flags;
        System.arraycopy(target, 0, frame, ICMP_AT + 8, 16);
        frame[ICMP_AT + 24] = option;
        frame[ICMP_AT + 25] = 1;
        mac.write(frame, ICMP_AT + 26);
        long sum = InternetChecksum.pseudoHeader(source, destination, ICMPV6, ICMP_BYTES);
        int checksum = InternetChecksum.finish(InternetChecksum.add(sum, frame, ICMP_AT, ICMP_BYTES));
        frame[ICMP_AT + 2] = (byte) (checksum >>> 8);
        frame[ICMP_AT + 3] = (byte) checksum;
        return frame;
    }
}
