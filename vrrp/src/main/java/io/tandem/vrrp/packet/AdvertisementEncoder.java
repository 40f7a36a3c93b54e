// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import static io.tandem.vrrp.packet.AdvertisementFormat.AUTH_BYTES;
import static io.tandem.vrrp.packet.AdvertisementFormat.HEADER_BYTES;
import static io.tandem.vrrp.packet.AdvertisementFormat.PROTOCOL;
import static io.tandem.vrrp.packet.AdvertisementFormat.TYPE_ADVERTISEMENT;

import io.tandem.config.model.AddressFamily;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the advertisements from one source to one destination, without allocating after construction.
 *
 * <p>Owned by the thread of its virtual router.
 */
public final class AdvertisementEncoder {
    private static final int PRIORITY_AT = 2;
    private static final int CHECKSUM_AT = 6;

    private final byte[] message;
    private final int unsignedBytes;
    private final byte[] source;
    /** The sum of everything but the priority, the checksum field and the signature. */
    private final long constantSum;

    private final @Nullable HmacTrailer trailer;
    /** Over IPv6 the kernels of receivers sum all that follows the IP header; over IPv4 the message alone counts. */
    private final boolean trailerIsSummed;

    /**
     * @param source the address the advertisements leave from
     * @param destination the multicast group or the unicast peer; both addresses count in version 3's checksum
     */
    public AdvertisementEncoder(AdvertisementFormat format, InetAddress source, InetAddress destination) {
        this.source = source.getAddress();
        message = new byte[format.lengthBytes()];
        unsignedBytes = format.messageBytes();
        trailer = format.hmac != null && format.isSigned() ? new HmacTrailer(format.hmac, unsignedBytes) : null;
        trailerIsSummed = trailer != null && format.family == AddressFamily.INET6;
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
        int summedBytes = trailerIsSummed ? message.length : unsignedBytes;
        long start = format.sendsPseudoHeader()
                ? InternetChecksum.pseudoHeader(this.source, destination.getAddress(), PROTOCOL, summedBytes)
                : 0;
        constantSum = InternetChecksum.add(start, message, 0, unsignedBytes);
    }

    /**
     * The VRRP message, without IP header.
     *
     * @param priority 0..255
     * @return an array that the next call changes
     * @throws IllegalStateException where the format is signed: such an advertisement needs a number
     */
    public byte[] encode(int priority) {
        if (trailer != null) {
            throw new IllegalStateException("a signed advertisement needs a sequence");
        }
        return encode(priority, 0);
    }

    /**
     * As {@link #encode(int)}, signed where the format says so.
     *
     * @param sequence of {@link HmacSequence#next}; without a signature it counts for nothing
     */
    public byte[] encode(int priority, long sequence) {
        message[PRIORITY_AT] = (byte) priority;
        long sum = constantSum + ((priority & 0xff) << 8);
        if (trailer != null) {
            trailer.sign(message, unsignedBytes, source, sequence);
            if (trailerIsSummed) {
                sum = InternetChecksum.add(sum, message, unsignedBytes, HmacTrailer.BYTES);
            }
        }
        int checksum = InternetChecksum.finish(sum);
        message[CHECKSUM_AT] = (byte) (checksum >>> 8);
        message[CHECKSUM_AT + 1] = (byte) checksum;
        return message;
    }

    /** Appends the VRRP message to a buffer, which must have room for {@link AdvertisementFormat#lengthBytes}. */
    public void encode(int priority, ByteBuffer out) {
        out.put(encode(priority));
    }
}
