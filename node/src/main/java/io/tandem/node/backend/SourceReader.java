// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.config.haproxy.Address;
import io.tandem.config.haproxy.AddressSyntax;
import io.tandem.config.haproxy.Environment;
import io.tandem.node.backend.SourceAddress.Use;
import io.tandem.node.language.Arguments;
import io.tandem.node.socket.Endpoints;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads {@code source ADDR [usesrc …] [interface …]}, of a server and of a backend. */
final class SourceReader {
    /** Why a source cannot be read; the text is HAProxy's behind the subject. */
    static final class Malformed extends Exception {
        Malformed(String text) {
            super(text, null, false, false);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    private SourceReader() {}

    /** @param ranges whether a range of ports may follow the address */
    static SourceAddress address(String text, Environment environment, boolean ranges) throws Malformed {
        AddressSyntax syntax = ranges
                ? new AddressSyntax(
                        environment,
                        AddressSyntax.Allow.STREAM,
                        AddressSyntax.Allow.NO_PORT,
                        AddressSyntax.Allow.PORT_RANGE)
                : new AddressSyntax(environment, AddressSyntax.Allow.STREAM, AddressSyntax.Allow.NO_PORT);
        AddressSyntax.Result result = syntax.parse(text);
        if (result.error() != null) {
            throw new Malformed("'source " + text + "' : " + result.error());
        }
        if (!(result.address() instanceof Address.Inet inet)) {
            throw new Malformed("'source " + text + "' : only IPv4 and IPv6 addresses can be a source");
        }
        InetAddress address = Endpoints.resolve(inet);
        if (address == null) {
            throw new Malformed("'source " + text + "' : invalid address: '" + text + "' in '" + text + "'\n");
        }
        PortRange ports = inet.port() > 0 ? new PortRange(inet.port(), inet.lastPort()) : null;
        return new SourceAddress(address, ports, Use.OURS, null, null, 0, null);
    }

    /** The words behind the address, as long as they belong to it. */
    static SourceAddress options(SourceAddress start, Arguments line) throws Malformed {
        SourceAddress source = start;
        while (true) {
            if (line.accept("usesrc")) {
                source = use(source, line);
            } else if (line.accept("interface")) {
                if (!line.hasNext()) {
                    throw new Malformed("'" + line.keyword() + "' : missing interface name");
                }
                source = source.withDevice(line.next());
            } else {
                return source;
            }
        }
    }

    private static SourceAddress use(SourceAddress source, Arguments line) throws Malformed {
        String word = line.next();
        switch (word) {
            case "":
                throw new Malformed(
                        "'usesrc' expects <addr>[:<port>], 'client', 'clientip', or 'hdr_ip(name,#)' as argument");
            case "client":
                return source.using(Use.CLIENT, null, null, 0);
            case "clientip":
                return source.using(Use.CLIENT_IP, null, null, 0);
            default:
                return word.startsWith("hdr_ip(") ? header(source, word) : fixed(source, word, line);
        }
    }

    /** {@code hdr_ip(name[,occurrence])}; the last value by default. */
    private static SourceAddress header(SourceAddress source, String word) {
        int close = word.indexOf(')');
        String inside = word.substring("hdr_ip(".length(), close < 0 ? word.length() : close);
        int comma = inside.indexOf(',');
        String name = (comma < 0 ? inside : inside.substring(0, comma)).strip().toLowerCase(Locale.ROOT);
        int which = comma < 0
                ? -1
                : Arguments.leadingInteger(inside.substring(comma + 1).strip());
        return source.using(Use.HEADER, null, name, which == 0 ? -1 : which);
    }

    private static SourceAddress fixed(SourceAddress source, String word, Arguments line) throws Malformed {
        AddressSyntax.Result result = new AddressSyntax(
                        line.context().options().environment(), AddressSyntax.Allow.STREAM, AddressSyntax.Allow.NO_PORT)
                .parse(word);
        @Nullable InetAddress address = result.address() instanceof Address.Inet inet ? Endpoints.resolve(inet) : null;
        if (address == null) {
            throw new Malformed("'usesrc " + word + "' : invalid address: '" + word + "' in '" + word + "'\n");
        }
        int port = ((Address.Inet) java.util.Objects.requireNonNull(result.address(), word)).port();
        return source.using(Use.FIXED, new InetSocketAddress(address, port), null, 0);
    }
}
