// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.socket;

import io.tandem.config.haproxy.Address;
import io.tandem.config.text.IpLiteral;
import io.tandem.node.rules.sample.Addresses;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Addresses as the configuration writes them, as addresses the network knows. */
public final class Endpoints {
    private static final int LONGEST = 48;

    private Endpoints() {}

    /** The address now; blocks on the system's resolver where it is a name. Null where there is none of its family. */
    public static @Nullable InetAddress resolve(Address.Inet address) {
        try {
            if (address.wildcard()) {
                return InetAddress.getByName(address.family() == Address.Family.IPV6 ? "::" : "0.0.0.0");
            }
            if (address.literal()) {
                return Objects.requireNonNull(IpLiteral.parseLoosely(address.host()), "a literal that was parsed");
            }
            for (InetAddress found : InetAddress.getAllByName(address.host())) {
                if (fits(found, address.family())) {
                    return found;
                }
            }
        } catch (UnknownHostException unknown) {
            return null;
        }
        return null;
    }

    /** An address as HAProxy writes it: IPv6 in its short form (RFC 5952), without brackets. */
    public static String text(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address.getHostAddress();
        }
        byte[] out = new byte[LONGEST];
        int end = Addresses.writeIpv6(address.getAddress(), 0, out, 0);
        return new String(out, 0, end, StandardCharsets.US_ASCII);
    }

    private static boolean fits(InetAddress found, Address.Family family) {
        return switch (family) {
            case ANY -> true;
            case IPV4 -> found instanceof Inet4Address;
            case IPV6 -> found instanceof Inet6Address;
        };
    }
}
