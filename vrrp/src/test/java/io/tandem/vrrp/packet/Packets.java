// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import io.tandem.config.model.VirtualRouterConfig;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Packets as an IPv4 raw socket delivers them. */
final class Packets {
    static final InetAddress PEER = GoldenPacketTest.ip("10.99.0.12");
    static final InetAddress GROUP = GoldenPacketTest.ip("224.0.0.18");

    private Packets() {}

    static byte[] ipv4(VirtualRouterConfig router, int priority) {
        return ipv4(router, priority, PEER, GROUP, 255, 0);
    }

    static byte[] ipv4(
            VirtualRouterConfig router,
            int priority,
            InetAddress source,
            InetAddress destination,
            int ttl,
            int optionBytes) {
        byte[] message = new AdvertisementEncoder(AdvertisementFormat.of(router), source, destination)
                .encode(priority)
                .clone();
        return ipv4(message, source, destination, ttl, optionBytes);
    }

    static byte[] ipv4(byte[] message, InetAddress source, InetAddress destination, int ttl, int optionBytes) {
        int header = 20 + optionBytes;
        ByteBuffer packet = ByteBuffer.allocate(header + message.length);
        packet.put((byte) (0x40 | header / 4)).put((byte) 0xc0).putShort((short) (header + message.length));
        packet.putInt(0x00010000).put((byte) ttl).put((byte) 112).putShort((short) 0);
        packet.put(source.getAddress()).put(destination.getAddress());
        packet.position(header);
        return packet.put(message).array();
    }

    /** Writes the right version 2 checksum, or that of version 3 without pseudo-header, into a packet that was changed. */
    static byte[] resummed(byte[] packet) {
        int header = (packet[0] & 0xf) * 4;
        packet[header + 6] = 0;
        packet[header + 7] = 0;
        int checksum = InternetChecksum.finish(InternetChecksum.add(0, packet, header, packet.length - header));
        packet[header + 6] = (byte) (checksum >>> 8);
        packet[header + 7] = (byte) checksum;
        return packet;
    }

    static byte[] padded(byte[] packet, int length) {
        return Arrays.copyOf(packet, length);
    }
}
