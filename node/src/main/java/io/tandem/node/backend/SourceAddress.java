// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.frontend.Peer;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Addresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Where connections to servers come from ({@code source}).
 *
 * @param address ours, or null for the one the route has
 * @param ports the ports to take in turn, or null for any
 * @param use whose address is shown instead of ours
 * @param foreignAddress that address where it is fixed
 * @param header the field that names the client ({@code hdr_ip}), in lower case
 * @param occurrence which value of the field, from 1, or from -1 for the last
 * @param device the interface, or null
 */
public record SourceAddress(
        @Nullable InetAddress address,
        @Nullable PortRange ports,
        Use use,
        @Nullable InetSocketAddress foreignAddress,
        @Nullable String header,
        int occurrence,
        @Nullable String device) {
    /** {@code usesrc}. */
    public enum Use {
        OURS,
        /** The client's address and port. */
        CLIENT,
        /** The client's address. */
        CLIENT_IP,
        /** What a header field says. */
        HEADER,
        FIXED
    }

    /** The same for one server more: each has the ports to itself. */
    SourceAddress forOneServer() {
        return ports == null
                ? this
                : new SourceAddress(address, ports.fresh(), use, foreignAddress, header, occurrence, device);
    }

    /** Whether using it takes the right to administer the network. */
    boolean needsNetAdmin() {
        return use != Use.OURS || device != null;
    }

    SourceAddress withDevice(String name) {
        return new SourceAddress(address, ports, use, foreignAddress, header, occurrence, name);
    }

    SourceAddress using(Use whose, @Nullable InetSocketAddress fixed, @Nullable String field, int which) {
        return new SourceAddress(address, ports, whose, fixed, field, which, device);
    }

    /** The address shown instead of ours for this exchange; null where it is ours. Needs CAP_NET_ADMIN. */
    public @Nullable InetSocketAddress foreign(@Nullable Facts facts) {
        return switch (use) {
            case OURS -> null;
            case FIXED -> foreignAddress;
            case CLIENT -> facts == null ? null : of(facts.source, facts.source.port());
            case CLIENT_IP -> facts == null ? null : of(facts.source, 0);
            case HEADER -> facts == null || header == null ? null : named(facts.request.headers(), header, occurrence);
        };
    }

    /** Whether the exchange does not say whose address is to be shown ({@code hdr_ip} of a field that is not there). */
    public boolean isMissing(Facts facts) {
        return use == Use.HEADER && foreign(facts) == null;
    }

    private static @Nullable InetSocketAddress of(Peer peer, int port) {
        return peer.length() == 0 ? null : at(peer.copyOfAddress(), port);
    }

    private static InetSocketAddress at(byte[] address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + address.length + " bytes", e);
        }
    }

    private static @Nullable InetSocketAddress named(Headers headers, String field, int which) {
        String text = HeaderValue.of(headers, field, which);
        Long four = text == null ? null : Addresses.parseIpv4(text);
        if (four != null) {
            int bits = four.intValue();
            return at(new byte[] {(byte) (bits >> 24), (byte) (bits >> 16), (byte) (bits >> 8), (byte) bits}, 0);
        }
        byte[] six = text == null ? null : Addresses.parseIpv6(text);
        return six == null ? null : at(six, 0);
    }
}
