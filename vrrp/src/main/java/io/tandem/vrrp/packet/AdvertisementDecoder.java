// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import static io.tandem.vrrp.packet.AdvertisementFormat.AUTH_BYTES;
import static io.tandem.vrrp.packet.AdvertisementFormat.AUTH_PASS;
import static io.tandem.vrrp.packet.AdvertisementFormat.HEADER_BYTES;
import static io.tandem.vrrp.packet.AdvertisementFormat.PROTOCOL;
import static io.tandem.vrrp.packet.AdvertisementFormat.TYPE_ADVERTISEMENT;

import io.tandem.config.model.AddressFamily;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads advertisements for one virtual router, checking them in keepalived's order.
 *
 * <p>Never throws, whatever the bytes. Immutable.
 */
public final class AdvertisementDecoder {
    private static final int IPV4_HEADER_BYTES = 20;
    private static final int TTL = 255;
    /** A short frame is padded to this payload, and raw sockets may show the padding. */
    private static final int ETHERNET_MIN_PAYLOAD = 46;

    private final AdvertisementFormat format;
    private final Set<InetAddress> ownAddresses;

    public AdvertisementDecoder(AdvertisementFormat format) {
        this.format = format;
        this.ownAddresses = Set.copyOf(format.addresses);
    }

    /**
     * The virtual router an IPv4 packet is for, to find its decoder on a socket that several share.
     *
     * @return 0..255, or −1 where the packet is too short to tell
     */
    public static int peekVridIpv4(byte[] packet, int length) {
        if (length < IPV4_HEADER_BYTES) {
            return -1;
        }
        int at = (packet[0] & 0xf) * 4 + 1;
        return at < length ? packet[at] & 0xff : -1;
    }

    /** As {@link #peekVridIpv4}, for a packet without IP header. */
    public static int peekVridIpv6(byte[] message, int length) {
        return length > 1 ? message[1] & 0xff : -1;
    }

    /**
     * Reads a packet as an IPv4 raw socket delivers it.
     *
     * @param packet IP header and payload
     * @param length how many of its bytes arrived
     */
    public Decoded decodeIpv4(byte[] packet, int length) {
        if (length < IPV4_HEADER_BYTES + HEADER_BYTES || length > packet.length) {
            return drop(DropReason.TOO_SHORT);
        }
        int headerBytes = (packet[0] & 0xf) * 4;
        if ((packet[0] & 0xff) >>> 4 != 4 || headerBytes < IPV4_HEADER_BYTES || (packet[9] & 0xff) != PROTOCOL) {
            return drop(DropReason.IP_HEADER);
        }
        int totalBytes = u16(packet, 2);
        if (totalBytes > length
                || totalBytes < headerBytes + HEADER_BYTES
                || (totalBytes < length && length > ETHERNET_MIN_PAYLOAD)) {
            return drop(DropReason.IP_LENGTH);
        }
        Received received = new Received(
                Arrays.copyOfRange(packet, headerBytes, totalBytes),
                packet[8] & 0xff,
                Arrays.copyOfRange(packet, 12, 16),
                Arrays.copyOfRange(packet, 16, 20));
        return decode(received);
    }

    /**
     * Reads a packet as an IPv6 raw socket delivers it.
     *
     * @param message the payload, without IP header
     * @param length how many of its bytes arrived
     * @param hopLimit from IPV6_RECVHOPLIMIT
     * @param destination from IPV6_RECVPKTINFO
     */
    public Decoded decodeIpv6(byte[] message, int length, int hopLimit, InetAddress source, InetAddress destination) {
        if (length < HEADER_BYTES || length > message.length) {
            return drop(DropReason.TOO_SHORT);
        }
        return decode(
                new Received(Arrays.copyOf(message, length), hopLimit, source.getAddress(), destination.getAddress()));
    }

    private static final class Received {
        final byte[] message;
        final int ttl;
        final byte[] source;
        final byte[] destination;

        Received(byte[] message, int ttl, byte[] source, byte[] destination) {
            this.message = message;
            this.ttl = ttl;
            this.source = source;
            this.destination = destination;
        }

        int version() {
            return (message[0] & 0xff) >>> 4;
        }

        int count() {
            return message[3] & 0xff;
        }

        boolean isMulticast() {
            return destination.length == 4 ? (destination[0] & 0xf0) == 0xe0 : (destination[0] & 0xff) == 0xff;
        }
    }

    private Decoded decode(Received received) {
        byte[] message = received.message;
        if ((message[1] & 0xff) != format.vrid) {
            return drop(DropReason.VRID);
        }
        int authBytes = received.version() == 2 ? AUTH_BYTES : 0;
        if (message.length != HEADER_BYTES + received.count() * format.addressBytes() + authBytes) {
            return drop(isKnownVersion(received) ? DropReason.LENGTH : DropReason.VERSION);
        }
        if (received.ttl != TTL && !format.isUnicast()) {
            return drop(DropReason.TTL);
        }
        if (received.version() != format.version) {
            return drop(DropReason.VERSION);
        }
        if (format.version == 2) {
            if (message[4] != format.authType()) {
                return drop(DropReason.AUTH_TYPE);
            }
            if (format.authType() == AUTH_PASS && !hasPassword(message)) {
                return drop(DropReason.PASSWORD);
            }
            if ((message[5] & 0xff) * 100 != format.intervalCs) {
                return drop(DropReason.INTERVAL);
            }
        }
        if ((message[0] & 0xf) != TYPE_ADVERTISEMENT) {
            return drop(DropReason.TYPE);
        }
        return decodeBody(received);
    }

    private Decoded decodeBody(Received received) {
        Set<Remark> remarks = EnumSet.noneOf(Remark.class);
        int intervalCs = format.version == 2 ? format.intervalCs : u16(received.message, 4) & 0xfff;
        if (intervalCs != format.intervalCs) {
            remarks.add(Remark.INTERVAL_DIFFERS);
        }
        boolean checksumAsSent = isSummed(received, format.sendsPseudoHeader());
        if (!checksumAsSent) {
            boolean hasTwoForms = format.version == 3 && format.family == AddressFamily.INET;
            if (!hasTwoForms || !isSummed(received, !format.sendsPseudoHeader())) {
                return drop(DropReason.CHECKSUM);
            }
            remarks.add(Remark.OTHER_CHECKSUM_FORM);
        }
        if (received.isMulticast() == format.isUnicast()) {
            return drop(DropReason.DESTINATION);
        }
        List<InetAddress> addresses = addressesOf(received);
        if (addresses.size() != format.addresses.size() || !ownAddresses.equals(new HashSet<>(addresses))) {
            remarks.add(Remark.ADDRESSES_DIFFER);
        }
        InetAddress source = address(received.source);
        if (format.checkUnicastSource && format.isUnicast() && !format.unicastPeers.contains(source)) {
            return drop(DropReason.SOURCE);
        }
        byte[] message = received.message;
        return new Decoded.Accepted(
                source,
                new Advertisement(format.version, format.vrid, message[2] & 0xff, intervalCs, addresses),
                remarks);
    }

    private static boolean isKnownVersion(Received received) {
        return received.version() == 2 || received.version() == 3;
    }

    /** In constant time: how long it takes tells nothing about the password. */
    private boolean hasPassword(byte[] message) {
        byte[] given = Arrays.copyOfRange(message, message.length - AUTH_BYTES, message.length);
        return MessageDigest.isEqual(given, format.password);
    }

    /** A message that holds its right checksum sums to zero; a checksum of zero is no exception. */
    private static boolean isSummed(Received received, boolean withPseudoHeader) {
        byte[] message = received.message;
        long start = withPseudoHeader
                ? InternetChecksum.pseudoHeader(received.source, received.destination, PROTOCOL, message.length)
                : 0;
        return InternetChecksum.finish(InternetChecksum.add(start, message, 0, message.length)) == 0;
    }

    private List<InetAddress> addressesOf(Received received) {
        List<InetAddress> addresses = new ArrayList<>(received.count());
        for (int i = 0; i < received.count(); i++) {
            int at = HEADER_BYTES + i * format.addressBytes();
            addresses.add(address(Arrays.copyOfRange(received.message, at, at + format.addressBytes())));
        }
        return addresses;
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of " + bytes.length + " bytes", e);
        }
    }

    private static int u16(byte[] bytes, int offset) {
        return (bytes[offset] & 0xff) << 8 | (bytes[offset + 1] & 0xff);
    }

    private static Decoded drop(DropReason reason) {
        return new Decoded.Dropped(reason);
    }
}
