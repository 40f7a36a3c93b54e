// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An ARP packet for IPv4 over Ethernet (RFC 826), with its Ethernet header on the wire.
 *
 * <pre>
 *  dst mac 6 | src mac 6 | 0806 | 0001 0800 06 04 | operation 2 | sender mac, IP | target mac, IP
 * </pre>
 *
 * @param operation {@link #REQUEST} or {@link #REPLY}
 */
public record ArpPacket(
        int operation,
        MacAddress senderMac,
        InetAddress senderAddress,
        MacAddress targetMac,
        InetAddress targetAddress) {
    public static final int REQUEST = 1;
    public static final int REPLY = 2;
    /** Ethernet header and ARP, before padding. */
    public static final int FRAME_BYTES = 42;

    private static final byte[] HEADER = {0x08, 0x06, 0, 1, 8, 0, 6, 4, 0};
    private static final int HEADER_AT = 12;
    private static final InetAddress UNSPECIFIED = address(new byte[4], 0);

    /** keepalived's gratuitous ARP. Heard by a kernel that still holds the address, it is answered and undone. */
    public static byte[] gratuitousRequest(MacAddress mac, InetAddress address) {
        return frame(mac, new ArpPacket(REQUEST, mac, address, MacAddress.BROADCAST, address));
    }

    /** A gratuitous ARP that nobody answers: send it last. */
    public static byte[] gratuitousReply(MacAddress mac, InetAddress address) {
        return frame(mac, new ArpPacket(REPLY, mac, address, mac, address));
    }

    /** Asks who holds an address without claiming it (RFC 5227). */
    public static byte[] probe(MacAddress mac, InetAddress address) {
        return frame(mac, new ArpPacket(REQUEST, mac, UNSPECIFIED, MacAddress.ZERO, address));
    }

    /**
     * Reads an Ethernet frame.
     *
     * @return null for anything but an ARP request or reply for IPv4 over Ethernet
     */
    public static @Nullable ArpPacket decode(byte[] frame, int length) {
        if (length < FRAME_BYTES
                || length > frame.length
                || !Arrays.equals(frame, HEADER_AT, HEADER_AT + HEADER.length, HEADER, 0, HEADER.length)) {
            return null;
        }
        int operation = frame[21];
        if (operation != REQUEST && operation != REPLY) {
            return null;
        }
        return new ArpPacket(
                operation, MacAddress.of(frame, 22), address(frame, 28), MacAddress.of(frame, 32), address(frame, 38));
    }

    /** What its sender says of itself. */
    public Claim claim() {
        return new Claim(senderAddress, senderMac);
    }

    private static byte[] frame(MacAddress source, ArpPacket packet) {
        byte[] frame = new byte[FRAME_BYTES];
        MacAddress.BROADCAST.write(frame, 0);
        source.write(frame, 6);
        System.arraycopy(HEADER, 0, frame, HEADER_AT, HEADER.length);
        frame[21] = (byte) packet.operation;
        packet.senderMac.write(frame, 22);
        System.arraycopy(packet.senderAddress.getAddress(), 0, frame, 28, 4);
        packet.targetMac.write(frame, 32);
        System.arraycopy(packet.targetAddress.getAddress(), 0, frame, 38, 4);
        return frame;
    }

    private static InetAddress address(byte[] bytes, int offset) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, offset, offset + 4));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of 4 bytes", e);
        }
    }
}
