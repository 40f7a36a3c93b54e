// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * The address of a {@code server} line as written: {@code [ipv4@|ipv6@]host[:[+|-]port]}.
 *
 * @param host a literal address or a name to resolve
 * @param family 4, 6, or 0 for either
 * @param port the port, or the offset to the client's when {@code keepsClientPort}
 * @param keepsClientPort the port the client connected to is used, plus {@code port}
 */
record ServerAddress(String host, int family, int port, boolean keepsClientPort) {
    /** Why a text is no address, worded as HAProxy. */
    static final class Malformed extends Exception {
        Malformed(String text) {
            super(text, null, false, false);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    /** @param written with the environment's variables already in place */
    static ServerAddress parse(String written) throws Malformed {
        String text = written;
        int family = 0;
        if (text.startsWith("ipv4@")) {
            family = 4;
            text = text.substring(5);
        } else if (text.startsWith("ipv6@")) {
            family = 6;
            text = text.substring(5);
        } else if (text.startsWith("udp@") || text.startsWith("udp4@") || text.startsWith("udp6@")) {
            throw new Malformed("dgram-type address not acceptable in '" + written + "'\n");
        } else if (text.startsWith("fd@")) {
            throw new Malformed("a file descriptor is not acceptable here in '" + written + "'\n");
        } else if (text.startsWith("unix@") || text.startsWith("abns@") || text.startsWith("/")) {
            throw new Malformed("address '" + written + "' is not supported by this version of tandem");
        }
        int colon = text.startsWith("[") && text.endsWith("]") ? -1 : text.lastIndexOf(':');
        String host = unbracketed(colon < 0 ? text : text.substring(0, colon));
        if (host.isEmpty() || host.equals("*")) {
            throw new Malformed(
                    "a server without address (the client's destination) is not supported by this version of tandem, in '"
                            + written + "'");
        }
        String port = colon < 0 ? "" : text.substring(colon + 1);
        if (port.isEmpty()) {
            return new ServerAddress(host, family, 0, true);
        }
        boolean relative = port.startsWith("+") || port.startsWith("-");
        int number = number(relative ? port.substring(1) : port, written);
        if (relative) {
            return new ServerAddress(host, family, port.startsWith("-") ? -number : number, true);
        }
        return new ServerAddress(host, family, number, number == 0);
    }

    private static String unbracketed(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private static int number(String port, String written) throws Malformed {
        int number = 0;
        for (int i = 0; i < port.length(); i++) {
            char c = port.charAt(i);
            if (c == '-' && i > 0) {
                throw new Malformed("port range not permitted here in '" + written + "'");
            }
            if (c < '0' || c > '9') {
                throw new Malformed(
                        "invalid character '" + c + "' in port number '" + port + "' in '" + written + "'\n");
            }
            number = Math.min(number * 10 + c - '0', 100_000);
        }
        if (number > 65_535) {
            throw new Malformed("invalid port '" + port + "'");
        }
        return number;
    }

    /** The address now; blocks on the system's resolver where {@code host} is a name. Null where there is none. */
    @Nullable InetAddress resolve() {
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (family == 0
                        || (family == 4 && address instanceof Inet4Address)
                        || (family == 6 && address instanceof Inet6Address)) {
                    return address;
                }
            }
        } catch (UnknownHostException unknown) {
            return null;
        }
        return null;
    }

    /** {@code literal} as an address, without asking a resolver; null if it is none. */
    static @Nullable InetAddress literal(String literal) {
        if (literal.isEmpty() || !(literal.indexOf(':') >= 0 || literal.matches("[0-9]+(\\.[0-9]+){0,3}"))) {
            return null;
        }
        try {
            return InetAddress.getByName(unbracketed(literal));
        } catch (UnknownHostException unknown) {
            return null;
        }
    }
}
