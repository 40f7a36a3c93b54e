// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import static io.tandem.vrrp.packet.AdvertisementFormat.AUTH_BYTES;
import static io.tandem.vrrp.packet.AdvertisementFormat.HEADER_BYTES;
import static io.tandem.vrrp.packet.AdvertisementFormat.TYPE_ADVERTISEMENT;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Makes the advertisements from one source to one destination, without allocating after construction.
 *
 * <p>Owned by the thread of its virtual router.
 */
public final class AdvertisementEncoder {
    private static final int PRIORITY_AT = 2;
    private static final int CHECKSUM_AT = 6;

    private final byte[] message;
    /** The sum of everything but the priority and the checksum field. */
    private final long constantSum;

    /**
     * @param source the address the advertisements leave from
     * @param destination the multicast group or the unicast peer; both addresses count in version 3's checksum
     */
    public AdvertisementEncoder(AdvertisementFormat format, InetAddress source, InetAddress destination) {
        message = new byte[format.lengthBytes()];
        message[0] = (byte) (format.version << 4 | TYPE_ADVERTISEMENT);
        message[1] = (byte) format.vrid;
        message[3] = (byte) format.addresses.size();
        if (format.version == 2) {
            message[4] = (byte) format.authType();
            message[5] = (byte) (format.intervalCs / 100);
        } else {
            message[4] = (byte) (format.intervalCs >>> 8);
            message[5] = (byte) format.intervalCs;
        }
        int at = HEADER_BYTES;
        for (InetAddress address : format.addresses) {
            System.arraycopy(address.getAddress(), 0, message, at, format.addressBytes());
            at += format.addressBytes();
        }
        if (format.version == 2 && format.password != null) {
            System.arraycopy(format.password, 0, message, at, AUTH_BYTES);
        }
        long start = format.sendsPseudoHeader()
                ? InternetChecksum.pseudoHeader(
                        source.getAddress(), destination.getAddress(), AdvertisementFormat.PROTOCOL, message.length)
                : 0;
        constantSum = InternetChecksum.add(start, message, 0, message.length);
    }

    /**
     * The VRRP message, without IP header.
     *
     * @param priority 0..255
     * @return an array that the next call changes
     */
    public byte[] encode(int priority) {
        message[PRIORITY_AT] = (byte) priority;
        int checksum = InternetChecksum.finish(constantSum + ((priority & 0xff) << 8));
        message[CHECKSUM_AT] = (byte) (checksum >>> 8);
        message[CHECKSUM_AT + 1] = (byte) checksum;
        return message;
    }

    /** Appends the VRRP message to a buffer, which must have room for {@link AdvertisementFormat#lengthBytes}. */
    public void encode(int priority, ByteBuffer out) {
        out.put(encode(priority));
    }
}
