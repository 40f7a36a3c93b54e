// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where one listener listens: an address and a port, a unix socket, or a file descriptor that was inherited.
 *
 * @param written how the user named it, one port of a range
 * @param socket where to bind; null for an inherited descriptor
 * @param fd the inherited descriptor, or -1
 */
public record BindAddress(String written, @Nullable SocketAddress socket, int fd) {
    /** Why a text is no address, worded as HAProxy behind {@code 'bind' : }. */
    static final class Malformed extends Exception {
        Malformed(String text) {
            super(text, null, false, false);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    /** All addresses of a comma-separated list, ports of a range one by one. */
    static List<BindAddress> parse(String list) throws Malformed {
        List<BindAddress> addresses = new ArrayList<>();
        for (String one : list.split(",", -1)) {
            parseOne(one, addresses);
        }
        return addresses;
    }

    private static void parseOne(String written, List<BindAddress> addresses) throws Malformed {
        if (written.startsWith("fd@")) {
            addresses.add(new BindAddress(written, null, descriptor(written)));
            return;
        }
        if (written.startsWith("unix@") || written.startsWith("/")) {
            String path = written.startsWith("unix@") ? written.substring(5) : written;
            addresses.add(new BindAddress(written, new DomainSocketAddress(path), -1));
            return;
        }
        String text = written;
        int family = 0;
        if (text.startsWith("ipv4@")) {
            family = 4;
            text = text.substring(5);
        } else if (text.startsWith("ipv6@")) {
            family = 6;
            text = text.substring(5);
        } else if (text.startsWith("udp@") || text.startsWith("udp4@") || text.startsWith("udp6@")) {
            throw new Malformed("dgram-type address not acceptable in '" + written + "'");
        } else if (text.startsWith("abns@") || text.startsWith("sockpair@") || text.startsWith("quic")) {
            throw new Malformed("address '" + written + "' is not supported by this version of tandem");
        }
        int colon = text.startsWith("[") && text.endsWith("]") ? -1 : text.lastIndexOf(':');
        if (colon < 0 || colon == text.length() - 1) {
            throw new Malformed("missing port specification in '" + written + "'");
        }
        String host = text.substring(0, colon);
        InetAddress address = address(host, family, written);
        String ports = text.substring(colon + 1);
        int dash = ports.indexOf('-');
        int first = port(dash < 0 ? ports : ports.substring(0, dash), ports, written);
        int last = dash < 0 ? first : port(ports.substring(dash + 1), ports, written);
        if (first < 1 || first > 65_535) {
            throw new Malformed("invalid port '" + ports + "'");
        }
        if (last < first || last > 65_535) {
            throw new Malformed("invalid port range '" + ports + "'");
        }
        for (int port = first; port <= last; port++) {
            addresses.add(new BindAddress(host + ":" + port, new InetSocketAddress(address, port), -1));
        }
    }

    private static int descriptor(String written) throws Malformed {
        try {
            int fd = Integer.parseInt(written.substring(3));
            if (fd >= 0) {
                requireSocket(fd);
                return fd;
            }
        } catch (NumberFormatException notANumber) {
            // falls through to the complaint
        }
        throw new Malformed(
                "file descriptor '" + written.substring(3) + "' is not a valid integer in '" + written + "'");
    }

    /** Where nothing was inherited the runtime has some file of its own at that number. */
    private static void requireSocket(int fd) throws Malformed {
        String reason = "Bad file descriptor";
        try {
            Path target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd));
            if (target.toString().startsWith("socket:")) {
                return;
            }
            reason = "Socket operation on non-socket";
        } catch (IOException closed) {
            // answered below
        }
        throw new Malformed("cannot use file descriptor '" + fd + "' : " + reason + ".");
    }

    private static int port(String digits, String ports, String written) throws Malformed {
        int number = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                throw new Malformed(
                        "invalid character '" + c + "' in port number '" + ports + "' in '" + written + "'");
            }
            number = Math.min(number * 10 + c - '0', 100_000);
        }
        return number;
    }

    private static InetAddress address(String host, int family, String written) throws Malformed {
        String literal = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        try {
            if (literal.isEmpty() || literal.equals("*")) {
                return InetAddress.getByName(family == 6 ? "::" : "0.0.0.0");
            }
            for (InetAddress address : InetAddress.getAllByName(literal)) {
                if (family == 0 || (address instanceof Inet6Address) == (family == 6)) {
                    return address;
                }
            }
        } catch (UnknownHostException unknown) {
            // falls through to the complaint
        }
        throw new Malformed("invalid address: '" + host + "' in '" + written + "'");
    }
}
