// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.listen;

import io.netty.channel.unix.DomainSocketAddress;
import io.tandem.config.haproxy.Address;
import io.tandem.config.haproxy.AddressSyntax;
import io.tandem.config.haproxy.Environment;
import io.tandem.node.socket.Endpoints;
import io.tandem.node.socket.UnixName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where one listener listens: an address and a port, a unix socket, or a file descriptor that was inherited.
 *
 * @param written how the user named it, one port of a range
 * @param socket where to bind; null for an inherited descriptor
 * @param fd the inherited descriptor, or -1
 * @param pair whether connections arrive over the descriptor as messages ({@code sockpair@}), not by accepting
 */
public record BindAddress(String written, @Nullable SocketAddress socket, int fd, boolean pair) {
    /** HAProxy needs room for a temporary name beside the socket; so does this. */
    private static final int LONGEST_PATH = 97;

    private static final Pattern STREAM = Pattern.compile("(tcp[46]?|uxst|sockpair|stream\\+[a-z0-9]+)@.*");

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
    static List<BindAddress> parse(String list, Environment environment) throws Malformed {
        List<BindAddress> addresses = new ArrayList<>();
        for (AddressSyntax.Result one : AddressSyntax.listening(environment).parseList(list)) {
            Address address = one.address();
            if (address == null) {
                throw new Malformed(String.valueOf(one.error()));
            }
            add(address, one.text(), addresses);
        }
        return addresses;
    }

    /** The same for datagrams, which everything without a prefix is meant to be. */
    static List<BindAddress> parseDatagrams(String list, Environment environment) throws Malformed {
        AddressSyntax syntax = new AddressSyntax(
                environment,
                AddressSyntax.Allow.STREAM,
                AddressSyntax.Allow.DATAGRAM,
                AddressSyntax.Allow.PORT_RANGE,
                AddressSyntax.Allow.DESCRIPTOR);
        List<BindAddress> addresses = new ArrayList<>();
        for (AddressSyntax.Result one : syntax.parseList(list)) {
            Address address = one.address();
            if (address == null) {
                throw new Malformed(String.valueOf(one.error()));
            }
            if (STREAM.matcher(one.text()).matches()) {
                throw new Malformed("stream-type address not acceptable in '" + list + "'");
            }
            add(address, one.text(), addresses);
        }
        return addresses;
    }

    private static void add(Address address, String written, List<BindAddress> addresses) throws Malformed {
        if (address instanceof Address.Inet inet) {
            InetAddress resolved = Endpoints.resolve(inet);
            if (resolved == null) {
                throw new Malformed("invalid address: '" + host(written) + "' in '" + written + "'");
            }
            for (int port = inet.port(); port <= inet.lastPort(); port++) {
                addresses.add(
                        new BindAddress(host(written) + ":" + port, new InetSocketAddress(resolved, port), -1, false));
            }
        } else if (address instanceof Address.UnixPath unix) {
            requireShort(unix.path());
            addresses.add(new BindAddress(written, UnixName.path(unix.path()), -1, false));
        } else if (address instanceof Address.Abstract name) {
            addresses.add(new BindAddress(written, UnixName.abstractName(name.name()), -1, false));
        } else if (address instanceof Address.Descriptor descriptor) {
            requireSocket(descriptor.number());
            addresses.add(new BindAddress(written, null, descriptor.number(), false));
        } else if (address instanceof Address.SocketPair pair) {
            requireSocket(pair.number());
            addresses.add(new BindAddress(written, null, pair.number(), true));
        }
    }

    private static String host(String written) {
        int colon = written.lastIndexOf(':');
        int at = written.indexOf('@');
        return written.substring(at + 1, Math.max(colon, at + 1));
    }

    static void requireShort(String path) throws Malformed {
        if (path.getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
            throw new Malformed("socket path '" + path + "' too long (max " + LONGEST_PATH + ")");
        }
    }

    /** The same socket below {@code prefix} ({@code unix-bind prefix}). */
    BindAddress below(String prefix) {
        return socket instanceof DomainSocketAddress unix && !UnixName.isAbstract(unix)
                ? new BindAddress(prefix + unix.path(), UnixName.path(prefix + unix.path()), -1, false)
                : this;
    }

    boolean isUnixPath() {
        return socket instanceof DomainSocketAddress unix && !UnixName.isAbstract(unix);
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
}
