// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The advertisement that was accepted last, byte by byte. An Active router repeats it for hours, and what is the same needs
 * neither be judged nor made again: hearing it allocates nothing. Not for signed ones, which differ each time and must.
 */
final class LastAccepted {
    private static final int IDENTIFICATION_AT = 4;
    private static final int FLAGS_AT = 6;
    private static final int HEADER_CHECKSUM_AT = 10;
    private static final int ADDRESSES_AT = 12;

    private byte[] bytes = new byte[0];
    private @Nullable Decoded made;
    private int hopLimit;
    private @Nullable InetAddress source;
    private @Nullable InetAddress destination;

    /** What was made of the same IPv4 packet, or null. Of its header the number differs, and so does the checksum. */
    @Nullable Decoded ofIpv4(byte[] packet, int length) {
        return made != null
                        && length == bytes.length
                        && Arrays.equals(packet, 0, IDENTIFICATION_AT, bytes, 0, IDENTIFICATION_AT)
                        && Arrays.equals(packet, FLAGS_AT, HEADER_CHECKSUM_AT, bytes, FLAGS_AT, HEADER_CHECKSUM_AT)
                        && Arrays.equals(packet, ADDRESSES_AT, length, bytes, ADDRESSES_AT, length)
                ? made
                : null;
    }

    /** The same for IPv6, whose header is not among the bytes. */
    @Nullable Decoded ofIpv6(byte[] message, int length, int hops, InetAddress from, InetAddress to) {
        return made != null
                        && hops == hopLimit
                        && length == bytes.length
                        && Arrays.equals(message, 0, length, bytes, 0, length)
                        && from.equals(source)
                        && to.equals(destination)
                ? made
                : null;
    }

    void keepIpv4(byte[] packet, int length, Decoded decoded) {
        keep(packet, length, decoded);
    }

    void keepIpv6(byte[] message, int length, int hops, InetAddress from, InetAddress to, Decoded decoded) {
        keep(message, length, decoded);
        hopLimit = hops;
        source = from;
        destination = to;
    }

    private void keep(byte[] packet, int length, Decoded decoded) {
        if (decoded instanceof Decoded.Accepted) {
            bytes = Arrays.copyOf(packet, length);
            made = decoded;
        }
    }
}
