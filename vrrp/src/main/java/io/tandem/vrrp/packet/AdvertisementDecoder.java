// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import static io.tandem.vrrp.packet.AdvertisementFormat.AUTH_BYTES;
import static io.tandem.vrrp.packet.AdvertisementFormat.AUTH_PASS;
import static io.tandem.vrrp.packet.AdvertisementFormat.HEADER_BYTES;
import static io.tandem.vrrp.packet.AdvertisementFormat.PROTOCOL;
import static io.tandem.vrrp.packet.AdvertisementFormat.TYPE_ADVERTISEMENT;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.AdvertHmac;
import io.tandem.config.model.VirtualRouterConfig.PeerTtl;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads advertisements for one virtual router, checking them in keepalived's order. What is dropped leaves nearly no
 * garbage, however much of it comes.
 *
 * <p>Never throws, whatever the bytes. Remembers what was signed or accepted last, and nothing else. Owned by the thread of its virtual
 * router.
 */
public final class AdvertisementDecoder {
    private static final int IPV4_HEADER_BYTES = 20;
    private static final int TTL = 255;
    /** A short frame is padded to this payload, less four bytes for each VLAN tag, and raw sockets may show the padding. */
    private static final int ETHERNET_MIN_PAYLOAD = 46;

    private static final int AUTH_AH = 2;
    private static final int LONGEST_MESSAGE = HEADER_BYTES + 255 * 16 + AUTH_BYTES;
    private static final Map<DropReason, Decoded> DROPPED = new EnumMap<>(DropReason.class);

    static {
        for (DropReason reason : DropReason.values()) {
            DROPPED.put(reason, new Decoded.Dropped(reason));
        }
    }

    private final AdvertisementFormat format;
    private final Set<InetAddress> ownAddresses;
    private final @Nullable HmacTrailer trailer;
    private final ReplayGuard replays;
    private final LastAccepted last = new LastAccepted();

    public AdvertisementDecoder(AdvertisementFormat format) {
        this(format, new ReplayGuard());
    }

    private AdvertisementDecoder(AdvertisementFormat format, ReplayGuard replays) {
        this.format = format;
        this.ownAddresses = Set.copyOf(format.addresses);
        this.trailer = format.hmac == null ? null : new HmacTrailer(format.hmac, LONGEST_MESSAGE);
        this.replays = replays;
    }

    /** One for a new configuration of the same router: what was heard once stays old. */
    public AdvertisementDecoder with(AdvertisementFormat newFormat) {
        return new AdvertisementDecoder(newFormat, replays);
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
     * @param utcMs now, milliseconds since 1970: signatures name a time
     */
    public Decoded decodeIpv4(byte[] packet, int length, long utcMs) {
        if (length < IPV4_HEADER_BYTES + HEADER_BYTES || length > packet.length) {
            return drop(DropReason.TOO_SHORT);
        }
        int headerBytes = (packet[0] & 0xf) * 4;
        if ((packet[0] & 0xff) >>> 4 != 4 || headerBytes < IPV4_HEADER_BYTES || (packet[9] & 0xff) != PROTOCOL) {
            return drop(DropReason.IP_HEADER);
        }
        if (length < headerBytes + HEADER_BYTES) {
            return drop(DropReason.TOO_SHORT);
        }
        Decoded same = last.ofIpv4(packet, length);
        if (same != null) {
            return same;
        }
        Decoded decoded = decode(
                new Received(
                        packet,
                        headerBytes,
                        length - headerBytes,
                        u16(packet, 2) - headerBytes,
                        packet[8] & 0xff,
                        Arrays.copyOfRange(packet, 12, 16),
                        Arrays.copyOfRange(packet, 16, 20)),
                utcMs);
        if (format.hmac == null) {
            last.keepIpv4(packet, length, decoded);
        }
        return decoded;
    }

    /**
     * Reads a packet as an IPv6 raw socket delivers it.
     *
     * @param message the payload, without IP header
     * @param length how many of its bytes arrived
     * @param hopLimit from IPV6_RECVHOPLIMIT
     * @param destination from IPV6_RECVPKTINFO
     * @param utcMs as for {@link #decodeIpv4}
     */
    public Decoded decodeIpv6(
            byte[] message, int length, int hopLimit, InetAddress source, InetAddress destination, long utcMs) {
        if (length < HEADER_BYTES || length > message.length) {
            return drop(DropReason.TOO_SHORT);
        }
        Decoded same = last.ofIpv6(message, length, hopLimit, source, destination);
        if (same != null) {
            return same;
        }
        Decoded decoded = decode(
                new Received(message, 0, length, length, hopLimit, source.getAddress(), destination.getAddress()),
                utcMs);
        if (format.hmac == null) {
            last.keepIpv6(message, length, hopLimit, source, destination, decoded);
        }
        return decoded;
    }

    /** A packet: the message begins at {@code offset}, and {@code arrivedBytes} of it may hold padding or a signature. */
    private static final class Received {
        final byte[] bytes;
        final int offset;
        final int arrivedBytes;
        final int promisedBytes;
        final int ttl;
        final byte[] source;
        final byte[] destination;
        /** Without signature; known once the length is checked. */
        int messageBytes;

        Received(
                byte[] bytes,
                int offset,
                int arrivedBytes,
                int promisedBytes,
                int ttl,
                byte[] source,
                byte[] destination) {
            this.bytes = bytes;
            this.offset = offset;
            this.arrivedBytes = arrivedBytes;
            this.promisedBytes = promisedBytes;
            this.ttl = ttl;
            this.source = source;
            this.destination = destination;
        }

        int at(int index) {
            return bytes[offset + index] & 0xff;
        }

        int version() {
            return at(0) >>> 4;
        }

        int count() {
            return at(3);
        }

        boolean hasTrailer() {
            return arrivedBytes == messageBytes + HmacTrailer.BYTES;
        }

        /** Ethernet fills up to 46 bytes, and a VLAN tag takes four of them. */
        boolean isPadded() {
            int length = offset + arrivedBytes;
            return arrivedBytes > messageBytes
                    && length <= ETHERNET_MIN_PAYLOAD
                    && (ETHERNET_MIN_PAYLOAD - length) % 4 == 0;
        }

        boolean isMulticast() {
            return destination.length == 4 ? (destination[0] & 0xf0) == 0xe0 : (destination[0] & 0xff) == 0xff;
        }
    }

    private Decoded decode(Received received, long utcMs) {
        if (received.at(1) != format.vrid) {
            return drop(DropReason.VRID);
        }
        DropReason wrong = checkEnvelope(received);
        if (wrong != null) {
            return drop(wrong);
        }
        DropReason unsigned = format.hmac == null ? null : checkSignature(format.hmac, received, utcMs);
        if (unsigned != null && isEnforced()) {
            return drop(unsigned);
        }
        wrong = checkHeader(received);
        return wrong == null ? decodeBody(received, unsigned != null) : drop(wrong);
    }

    private boolean isEnforced() {
        return format.hmac != null && format.hmac.mode() == AdvertHmac.Mode.ENFORCE;
    }

    private @Nullable DropReason checkEnvelope(Received received) {
        int version = received.version();
        received.messageBytes =
                HEADER_BYTES + received.count() * format.addressBytes() + (version == 2 ? AUTH_BYTES : 0);
        boolean fits = received.arrivedBytes == received.messageBytes
                || (format.family == AddressFamily.INET && received.isPadded())
                || (format.hmac != null && received.hasTrailer());
        if (!fits) {
            return DropReason.LENGTH;
        }
        if (!isTtlGood(received)) {
            return DropReason.TTL;
        }
        return version == format.version ? null : DropReason.VERSION;
    }

    private boolean isTtlGood(Received received) {
        if (!format.isUnicast()) {
            return received.ttl == TTL;
        }
        for (int i = 0; i < format.peerTtls.size(); i++) {
            PeerTtl range = format.peerTtls.get(i);
            if (Arrays.equals(range.peer().getAddress(), received.source)) {
                return received.ttl >= range.min() && received.ttl <= range.max();
            }
        }
        return true;
    }

    private @Nullable DropReason checkSignature(AdvertHmac config, Received received, long utcMs) {
        if (!received.hasTrailer()) {
            return DropReason.HMAC_MISSING;
        }
        DropReason wrong = Objects.requireNonNull(trailer)
                .check(received.bytes, received.offset, received.messageBytes, received.source);
        return wrong != null
                ? wrong
                : replays.check(
                        config,
                        address(received.source),
                        HmacTrailer.sequence(received.bytes, received.offset + received.messageBytes),
                        utcMs);
    }

    private @Nullable DropReason checkHeader(Received received) {
        if (format.version == 2) {
            if (received.at(4) != format.authType()) {
                return received.at(4) > AUTH_AH ? DropReason.AUTH_UNKNOWN : DropReason.AUTH_TYPE;
            }
            if (format.authType() == AUTH_PASS && !hasPassword(received)) {
                return DropReason.PASSWORD;
            }
            if (received.at(5) * 100 != format.intervalCs) {
                return DropReason.INTERVAL;
            }
        }
        if ((received.at(0) & 0xf) != TYPE_ADVERTISEMENT) {
            return DropReason.TYPE;
        }
        int expected = received.messageBytes + (received.hasTrailer() ? HmacTrailer.BYTES : 0);
        return received.promisedBytes == expected ? null : DropReason.IP_LENGTH;
    }

    private Decoded decodeBody(Received received, boolean unauthenticated) {
        Set<Remark> remarks = EnumSet.noneOf(Remark.class);
        if (unauthenticated) {
            remarks.add(Remark.UNAUTHENTICATED);
        }
        int intervalCs = format.version == 2 ? format.intervalCs : u16(received.bytes, received.offset + 4) & 0xfff;
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
        return new Decoded.Accepted(
                source, new Advertisement(format.version, format.vrid, received.at(2), intervalCs, addresses), remarks);
    }

    /** In constant time: how long it takes tells nothing about the password. */
    private boolean hasPassword(Received received) {
        int end = received.offset + received.messageBytes;
        return MessageDigest.isEqual(Arrays.copyOfRange(received.bytes, end - AUTH_BYTES, end), format.password);
    }

    /**
     * Data that holds its right checksum sums to zero; a checksum of zero is no exception. Over IPv6 a signature is summed
     * as the kernel does, over IPv4 it is not.
     */
    private boolean isSummed(Received received, boolean withPseudoHeader) {
        boolean all = format.family == AddressFamily.INET6 && received.hasTrailer();
        int summed = all ? received.arrivedBytes : received.messageBytes;
        long start = withPseudoHeader
                ? InternetChecksum.pseudoHeader(received.source, received.destination, PROTOCOL, summed)
                : 0;
        return InternetChecksum.finish(InternetChecksum.add(start, received.bytes, received.offset, summed)) == 0;
    }

    private List<InetAddress> addressesOf(Received received) {
        List<InetAddress> addresses = new ArrayList<>(received.count());
        for (int i = 0; i < received.count(); i++) {
            int at = received.offset + HEADER_BYTES + i * format.addressBytes();
            addresses.add(address(Arrays.copyOfRange(received.bytes, at, at + format.addressBytes())));
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
        return Objects.requireNonNull(DROPPED.get(reason));
    }
}
