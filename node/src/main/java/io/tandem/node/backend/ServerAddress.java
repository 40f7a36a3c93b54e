// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.netty.channel.unix.DomainSocketAddress;
import io.tandem.config.haproxy.Address;
import io.tandem.config.haproxy.AddressSyntax;
import io.tandem.config.haproxy.Environment;
import io.tandem.config.text.IpLiteral;
import io.tandem.node.socket.Endpoints;
import io.tandem.node.socket.UnixName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address of a {@code server} line as written: {@code [ipv4@|ipv6@]host[:[+|-]port]}, a unix socket, or nothing in
 * particular, where the client's own destination is meant.
 *
 * @param inet the network address; the wildcard for the client's destination; null for a unix socket
 * @param unix the unix socket, or null
 * @param port the port, or the offset to the client's when {@code keepsClientPort}
 * @param keepsClientPort the port the client connected to is used, plus {@code port}
 */
record ServerAddress(
        Address.@Nullable Inet inet, @Nullable DomainSocketAddress unix, int port, boolean keepsClientPort) {
    /** Complaints that HAProxy ends with a line feed. */
    private static final Pattern ENDED = Pattern.compile("(dgram-type|a file desc|invalid char|cannot use).*");

    /** Why a text is no address, worded as HAProxy. */
    static final class Malformed extends Exception {
        Malformed(String text) {
            super(text, null, false, false);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    /** @param written as the line has it */
    static ServerAddress parse(String written, Environment environment) throws Malformed {
        AddressSyntax.Result result = AddressSyntax.connecting(environment).parse(written);
        String error = result.error();
        if (error != null) {
            throw new Malformed(ENDED.matcher(error).matches() ? error + "\n" : error);
        }
        if (result.address() instanceof Address.Inet inet) {
            boolean service = !inet.literal() && inet.host().startsWith("_");
            boolean keeps = inet.portKind() != Address.PortKind.FIXED && !service;
            return new ServerAddress(inet, null, inet.port(), keeps);
        }
        if (result.address() instanceof Address.UnixPath path) {
            return new ServerAddress(null, UnixName.path(path.path()), 0, false);
        }
        if (result.address() instanceof Address.Abstract name) {
            return new ServerAddress(null, UnixName.abstractName(name.name()), 0, false);
        }
        throw new Malformed("address '" + written + "' is not supported by this version of tandem");
    }

    /** Whether the server is wherever the client wanted to go. */
    boolean isTheClients() {
        Address.Inet present = inet;
        return present != null && (present.wildcard() || present.host().equals("0.0.0.0"));
    }

    /** Whether it is a name rather than an address. */
    boolean isName() {
        Address.Inet present = inet;
        return present != null && !present.wildcard() && !present.literal();
    }

    /** Whether it is the name of a service, whose SRV records have the addresses and ports. */
    boolean isService() {
        return isName() && host().startsWith("_");
    }

    /** The host as written, for messages. */
    String host() {
        return inet == null ? "" : inet.host();
    }

    /** The address now; blocks on the system's resolver where {@code host} is a name. Null where there is none. */
    @Nullable InetAddress resolve() {
        Address.Inet present = inet;
        return present == null ? InetAddress.getLoopbackAddress() : Endpoints.resolve(present);
    }

    /** Whether it is an address, or a name that has one now. */
    boolean isResolvable() {
        Address.Inet present = inet;
        return present == null || present.wildcard() || present.literal() || resolve() != null;
    }

    /** A literal address, or that of a name; blocks on the system's resolver. Null where there is none. */
    static @Nullable InetAddress named(String text) {
        InetAddress literal = literal(text);
        if (literal != null) {
            return literal;
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException unknown) {
            return null;
        }
    }

    /** {@code literal} as an address, without asking a resolver; null if it is none. */
    static @Nullable InetAddress literal(String literal) {
        return IpLiteral.parseLoosely(literal.replace("[", "").replace("]", ""));
    }
}
