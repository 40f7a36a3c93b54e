// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import io.tandem.config.text.IpLiteral;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of bind, server, stats socket, log and nameserver lines:
 * {@code *:80 1.2.3.4:80-89 [::]:80 ipv4@… unix@/p /p abns@n fd@3 sockpair@4 udp@…}.
 *
 * <p>Names are not resolved here and descriptors not looked at: that is for whoever opens the socket.
 */
public final class AddressSyntax {
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9._-]{1,255}");

    /** What an address may be at this place. */
    public enum Allow {
        /** {@code addr:80-89}. */
        PORT_RANGE,
        /** {@code addr:+1000}, as on server lines. */
        PORT_OFFSET,
        /** The port may be missing. */
        NO_PORT,
        /** {@code fd@N}. */
        DESCRIPTOR,
        /** Datagram families, such as {@code udp@} and {@code uxdg@}. */
        DATAGRAM,
        /** Stream families and everything without a prefix. */
        STREAM
    }

    /**
     * What became of one address.
     *
     * @param text the address as written, variables replaced
     * @param address null when there is an error
     * @param datagram whether the prefix asks for datagrams
     * @param error HAProxy's words, without the line and keyword, or null
     */
    public record Result(String text, @Nullable Address address, boolean datagram, @Nullable String error) {}

    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String text) {
            super(text, null, false, false);
        }
    }

    private final Environment environment;
    private final List<Allow> allowed;

    /** @param environment for the variables that addresses expand by themselves */
    public AddressSyntax(Environment environment, Allow... allowed) {
        this.environment = environment;
        this.allowed = List.of(allowed);
    }

    /** For {@code bind} and {@code stats socket}. */
    public static AddressSyntax listening(Environment environment) {
        return new AddressSyntax(environment, Allow.STREAM, Allow.PORT_RANGE, Allow.DESCRIPTOR);
    }

    /** For {@code server}. */
    public static AddressSyntax connecting(Environment environment) {
        return new AddressSyntax(environment, Allow.STREAM, Allow.PORT_OFFSET, Allow.NO_PORT);
    }

    /** The addresses of a comma list in their order; a comma at the end is allowed, as in HAProxy. */
    public List<Result> parseList(String word) {
        List<Result> results = new ArrayList<>();
        int at = 0;
        do {
            int comma = word.indexOf(',', at);
            int end = comma < 0 ? word.length() : comma;
            results.add(parse(word.substring(at, end)));
            at = end + 1;
        } while (at < word.length());
        return results;
    }

    /** One address, as written: variables are replaced here. */
    public Result parse(String word) {
        String text = environment.expandAddress(word);
        if (text.isEmpty()) {
            return new Result(
                    text, null, false, "'" + word + "' resolves to an empty address (environment variable missing?)");
        }
        try {
            Result read = read(word, text);
            return new Result(text, read.address(), read.datagram(), null);
        } catch (Refused e) {
            return new Result(text, null, false, e.getMessage());
        }
    }

    private Result read(String word, String text) throws Refused {
        int sign = text.indexOf('@');
        String prefix = sign < 0 ? "" : text.substring(0, sign).toLowerCase(Locale.ROOT);
        String rest = text.substring(sign + 1);
        boolean datagram = prefix.startsWith("dgram+");
        prefix = prefix.startsWith("dgram+") || prefix.startsWith("stream+")
                ? prefix.substring(prefix.indexOf('+') + 1)
                : prefix;
        return switch (prefix) {
            case "unix" -> accept(word, datagram, new Address.UnixPath(rest));
            case "uxst" -> accept(word, false, new Address.UnixPath(rest));
            case "uxdg" -> accept(word, true, new Address.UnixPath(rest));
            case "abns" -> accept(word, datagram, new Address.Abstract(rest));
            case "fd" -> accept(word, datagram, descriptor(word, rest));
            case "sockpair" -> accept(word, false, new Address.SocketPair(number(word, rest)));
            case "ip" -> accept(word, datagram, inet(word, rest, Address.Family.ANY));
            case "ipv4" -> accept(word, datagram, inet(word, rest, Address.Family.IPV4));
            case "ipv6" -> accept(word, datagram, inet(word, rest, Address.Family.IPV6));
            case "tcp" -> accept(word, false, inet(word, rest, Address.Family.ANY));
            case "tcp4" -> accept(word, false, inet(word, rest, Address.Family.IPV4));
            case "tcp6" -> accept(word, false, inet(word, rest, Address.Family.IPV6));
            case "udp" -> accept(word, true, inet(word, rest, Address.Family.ANY));
            case "udp4" -> accept(word, true, inet(word, rest, Address.Family.IPV4));
            case "udp6" -> accept(word, true, inet(word, rest, Address.Family.IPV6));
            case "quic4", "quic6" ->
                throw new Refused("unsupported stream protocol for datagram family "
                        + (prefix.equals("quic4") ? 2 : 10) + " address '" + word
                        + "'; QUIC is not compiled in if this is what you were looking for.");
            default ->
                text.startsWith("/")
                        ? accept(word, datagram, new Address.UnixPath(text))
                        : accept(word, datagram, inet(word, text, Address.Family.ANY));
        };
    }

    private Result accept(String word, boolean datagram, Address address) throws Refused {
        if (datagram && !allowed.contains(Allow.DATAGRAM)) {
            throw new Refused("dgram-type address not acceptable in '" + word + "'");
        }
        if (!datagram && !allowed.contains(Allow.STREAM)) {
            throw new Refused("stream-type address not acceptable in '" + word + "'");
        }
        return new Result(word, address, datagram, null);
    }

    private Address descriptor(String word, String digits) throws Refused {
        int number = number(word, digits);
        if (!allowed.contains(Allow.DESCRIPTOR)) {
            throw new Refused("a file descriptor is not acceptable here in '" + word + "'");
        }
        return new Address.Descriptor(number);
    }

    private static int number(String word, String digits) throws Refused {
        boolean valid =
                !digits.isEmpty() && digits.length() < 10 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!valid) {
            throw new Refused("file descriptor '" + digits + "' is not a valid integer in '" + word + "'");
        }
        return Integer.parseInt(digits);
    }

    private Address inet(String word, String text, Address.Family family) throws Refused {
        int colon = portColon(text);
        String host = colon < 0 ? text : text.substring(0, colon);
        String port = colon < 0 ? "" : text.substring(colon + 1);
        Address.Inet ports = ports(word, port);
        if (host.isEmpty() || host.equals("*")) {
            return new Address.Inet(family, "", false, ports.portKind(), ports.port(), ports.lastPort());
        }
        boolean brackets = host.startsWith("[") && host.endsWith("]");
        String bare = brackets ? host.substring(1, host.length() - 1) : host;
        InetAddress literal = IpLiteral.parseLoosely(bare);
        boolean mismatch = (literal instanceof Inet6Address && family == Address.Family.IPV4)
                || (literal instanceof Inet4Address && family == Address.Family.IPV6);
        if (mismatch || (literal == null && !HOST_NAME.matcher(bare).matches())) {
            throw new Refused("invalid address: '" + host + "' in '" + word + "'");
        }
        Address.Family found =
                literal == null ? family : literal instanceof Inet6Address ? Address.Family.IPV6 : Address.Family.IPV4;
        return new Address.Inet(found, bare, literal != null, ports.portKind(), ports.port(), ports.lastPort());
    }

    /** The last colon, unless it stands inside brackets. */
    private static int portColon(String text) {
        int colon = text.lastIndexOf(':');
        return colon > text.lastIndexOf(']') ? colon : -1;
    }

    /** The ports alone, in an address without host. */
    private Address.Inet ports(String word, String port) throws Refused {
        if (port.isEmpty()) {
            if (!allowed.contains(Allow.NO_PORT)) {
                throw new Refused("missing port specification in '" + word + "'");
            }
            return portsOf(Address.PortKind.NONE, 0, 0);
        }
        char first = port.charAt(0);
        if (first == '-' || first == '+') {
            if (!allowed.contains(Allow.PORT_OFFSET)) {
                throw new Refused("port offset not permitted here in '" + word + "'");
            }
            int offset = leadingNumber(port.substring(1));
            return portsOf(Address.PortKind.OFFSET, first == '-' ? -offset : offset, 0);
        }
        if (first < '0' || first > '9') {
            throw new Refused("invalid character '" + first + "' in port number '" + port + "' in '" + word + "'");
        }
        int dash = port.indexOf('-');
        if (dash < 0) {
            int single = port(port, allowed.contains(Allow.NO_PORT));
            return portsOf(single == 0 ? Address.PortKind.NONE : Address.PortKind.FIXED, single, single);
        }
        if (!allowed.contains(Allow.PORT_RANGE)) {
            throw new Refused("port range not permitted here in '" + word + "'");
        }
        int low = port(port.substring(0, dash), false);
        int high = port(port.substring(dash + 1), false);
        if (low > high) {
            throw new Refused("invalid port range '" + low + "-" + high + "'");
        }
        return portsOf(Address.PortKind.FIXED, low, high);
    }

    private static Address.Inet portsOf(Address.PortKind kind, int port, int last) {
        return new Address.Inet(Address.Family.ANY, "", false, kind, port, last);
    }

    /** HAProxy ignores what follows the digits of a port; here it is a mistake. */
    private static int port(String digits, boolean zeroAllowed) throws Refused {
        int port = digits.chars().allMatch(c -> c >= '0' && c <= '9') ? leadingNumber(digits) : 0;
        boolean nought = zeroAllowed && !digits.isEmpty() && digits.chars().allMatch(c -> c == '0');
        if ((port < 1 && !nought) || port > 65535) {
            throw new Refused("invalid port '" + digits + "'");
        }
        return port;
    }

    private static int leadingNumber(String text) {
        int value = 0;
        for (int i = 0; i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9'; i++) {
            value = Math.min(value * 10 + (text.charAt(i) - '0'), 1 << 24);
        }
        return value;
    }
}
