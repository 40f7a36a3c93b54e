// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.netty.channel.unix.DomainSocketAddress;
import io.tandem.node.proxyprotocol.ProxyHeader;
import io.tandem.node.rules.Facts;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How connections to a server are made, besides where to: from which address, through whom, and what is said first. Filled
 * while lines are read, then only read.
 */
public final class Dialing implements ConnectionProperty {
    /** Of servers that want nothing special. */
    public static final Dialing PLAIN = new Dialing();
    /** {@code namespace *}: that of the client's connection. */
    static final String THE_CLIENTS = "*";

    private static final int TAG_HEADER = 2;
    private static final int TAG_SOURCE = 3;
    private static final int TAG_DESTINATION = 4;
    private static final int TAG_SETTINGS = 5;

    boolean sendsFirst;
    boolean sendsSecond;
    final Set<ProxyHeader.Option> options = EnumSet.noneOf(ProxyHeader.Option.class);
    final List<HeaderTlvs.Written> tlvs = new ArrayList<>();
    boolean checksSendHeader;
    boolean checksUseSocks;

    @Nullable SourceAddress source;

    @Nullable String namespace;

    boolean fastOpen;
    int userTimeoutMs;
    /** {@code proto h2}: the server speaks HTTP/2 from the first byte on. */
    boolean http2;

    @Nullable InetSocketAddress socks;

    @Nullable DomainSocketAddress unix;

    boolean toTheClientsDestination;
    private @Nullable ProxyHeader header;
    private byte[] identity = new byte[0];

    Dialing() {}

    Dialing copy() {
        Dialing copy = new Dialing();
        copy.sendsFirst = sendsFirst;
        copy.sendsSecond = sendsSecond;
        copy.options.addAll(options);
        copy.tlvs.addAll(tlvs);
        copy.checksSendHeader = checksSendHeader;
        copy.checksUseSocks = checksUseSocks;
        copy.source = source;
        copy.namespace = namespace;
        copy.fastOpen = fastOpen;
        copy.userTimeoutMs = userTimeoutMs;
        copy.socks = socks;
        copy.http2 = http2;
        return copy;
    }

    /** The same, complete as it is, but in that version of HTTP. */
    Dialing in(WebSocketVersion version) {
        Dialing copy = copy();
        copy.http2 = version == WebSocketVersion.H2;
        copy.unix = unix;
        copy.toTheClientsDestination = toTheClientsDestination;
        copy.header = header;
        copy.identity = identity;
        return copy;
    }

    /** Whether the server speaks HTTP/2 whatever ALPN says. */
    public boolean speaksHttp2() {
        return http2;
    }

    /** All has been read, {@link #tlvs} compiled: what it comes to; {@link #PLAIN} where that is nothing. */
    Dialing complete(List<ProxyHeader.Tlv> compiled) {
        if (sendsSecond) {
            header = ProxyHeader.second(options, compiled);
        } else if (sendsFirst) {
            header = ProxyHeader.first();
        }
        String text = header == null && source == null && namespace == null && socks == null && unix == null
                ? ""
                : sendsFirst + " " + sendsSecond + " " + options + " " + tlvs + " " + source + " " + namespace + " "
                        + socks + " " + unix;
        identity = text.getBytes(StandardCharsets.UTF_8);
        boolean plain = text.isEmpty()
                && !http2
                && !fastOpen
                && userTimeoutMs == 0
                && !toTheClientsDestination
                && !checksSendHeader;
        return plain ? PLAIN : this;
    }

    @Override
    public void addTo(ConnectionKey key, Facts facts) {
        key.add(TAG_SETTINGS, identity, 0, identity.length);
        ProxyHeader present = header;
        if (present != null) {
            if (present.isOfOneRequest()) {
                key.makePrivate();
            } else {
                byte[] bytes = present.of(facts);
                key.add(TAG_HEADER, bytes, 0, bytes.length);
            }
        }
        InetSocketAddress from = source == null ? null : source.foreign(facts);
        if (from != null) {
            byte[] bytes = String.valueOf(from).getBytes(StandardCharsets.UTF_8);
            key.add(TAG_SOURCE, bytes, 0, bytes.length);
        }
        if (toTheClientsDestination) {
            key.add(TAG_DESTINATION, facts.destination.address(), 0, facts.destination.length());
            key.addPort(TAG_DESTINATION, facts.destination.port());
        }
        byte[] name = THE_CLIENTS.equals(namespace) && facts.announced != null ? facts.announced.namespace() : null;
        if (name != null) {
            key.add(TAG_SETTINGS, name, 0, name.length);
        }
    }

    /** The header the server wants first, or null. */
    public @Nullable ProxyHeader header() {
        return header;
    }

    /** The header that health checks send first, or null. */
    public @Nullable ProxyHeader checkHeader() {
        return checksSendHeader ? (header != null ? header : ProxyHeader.first()) : null;
    }

    public @Nullable SourceAddress source() {
        return source;
    }

    /** Whether connecting takes the right to administer the network: the process must stay root. */
    public boolean needsNetAdmin() {
        return source != null && source.needsNetAdmin();
    }

    /** The network namespace to connect in, or null for our own. */
    public @Nullable String namespace(@Nullable Facts facts) {
        if (!THE_CLIENTS.equals(namespace)) {
            return namespace;
        }
        byte[] announced = facts == null || facts.announced == null ? null : facts.announced.namespace();
        return announced == null ? null : new String(announced, StandardCharsets.UTF_8);
    }

    public boolean fastOpen() {
        return fastOpen;
    }

    /** How long sent data may stay unacknowledged, 0 for the system's own limit. */
    public int userTimeoutMs() {
        return userTimeoutMs;
    }

    /** The SOCKS4 proxy to go through, or null. */
    public @Nullable InetSocketAddress socks(boolean check) {
        return check && !checksUseSocks ? null : socks;
    }

    /** Where it is a unix socket that is connected to, or null. */
    public @Nullable DomainSocketAddress unix() {
        return unix;
    }

    /** Whether the server is wherever the client wanted to go. */
    public boolean toTheClientsDestination() {
        return toTheClientsDestination;
    }
}
