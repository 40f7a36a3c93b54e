// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import io.tandem.node.rules.sample.Addresses;
import io.tandem.node.rules.sample.SampleError;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The addresses a pattern of method {@code ip} stands for. Immutable.
 *
 * @param ipv6 whether they are IPv6 addresses
 * @param high the first 64 bits; an IPv4 address is in the upper half of them
 * @param low the others
 * @param length how many bits count, -1 where {@code mask} is no prefix
 * @param mask the IPv4 mask
 * @param named whether a name or a short form stood for the address, which are only looked up while loading
 */
record Network(boolean ipv6, long high, long low, int length, long mask, boolean named) {
    static final int NO_PREFIX = -1;

    /** @throws SampleError in HAProxy's words */
    static Network parse(String text, boolean names) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        String mask = slash < 0 ? null : text.substring(slash + 1);
        Long ipv4 = Addresses.parseIpv4(address);
        byte[] ipv6 = ipv4 == null ? Addresses.parseIpv6(address) : null;
        boolean named = ipv4 == null && ipv6 == null && names && !address.isEmpty();
        if (named) {
            ipv4 = resolve(address);
        }
        Network network = ipv4 != null ? ipv4(ipv4, mask, named) : ipv6 != null ? ipv6(ipv6, mask) : null;
        if (network == null) {
            throw new SampleError("'" + text + "' is not a valid IPv4 or IPv6 address");
        }
        return network;
    }

    /** A short form, or a host's name: HAProxy too asks the system's resolver while it loads. */
    private static @Nullable Long resolve(String name) {
        Long brief = Addresses.parseShortIpv4(name);
        if (brief != null) {
            return brief;
        }
        try {
            for (InetAddress candidate : InetAddress.getAllByName(name)) {
                if (candidate instanceof Inet4Address) {
                    return ByteBuffer.wrap(candidate.getAddress()).getInt() & 0xFFFFFFFFL;
                }
            }
        } catch (UnknownHostException unknown) {
            return null;
        }
        return null;
    }

    private static @Nullable Network ipv4(long address, @Nullable String written, boolean named) {
        Long mask = Addresses.parseMask4(written == null ? "32" : written);
        if (mask == null) {
            return null;
        }
        int length = Long.bitCount(mask);
        boolean prefix = Addresses.mask4(length) == mask;
        return new Network(false, (address & mask) << 32, 0, prefix ? length : NO_PREFIX, mask, named);
    }

    private static @Nullable Network ipv6(byte[] address, @Nullable String written) {
        if (written != null && written.indexOf(':') >= 0) {
            return null; // only bit counts
        }
        byte[] mask = Addresses.parseMask6(written == null ? "128" : written);
        if (mask == null) {
            return null;
        }
        ByteBuffer bits = ByteBuffer.wrap(mask);
        ByteBuffer value = ByteBuffer.wrap(address);
        int length = Long.bitCount(bits.getLong(0)) + Long.bitCount(bits.getLong(8));
        long high = value.getLong(0) & bits.getLong(0);
        return new Network(true, high, value.getLong(8) & bits.getLong(8), length, 0, false);
    }
}
