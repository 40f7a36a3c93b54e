// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.Peer;
import io.tandem.node.frontend.http.h1.Malformed;
import io.tandem.node.observe.BadMessages;
import io.tandem.node.observe.BadMessages.BadMessage;
import io.tandem.node.observe.BadMessages.Kind;
import io.tandem.node.rules.Facts;
import io.tandem.node.socket.Endpoints;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Keeps messages that cannot be read for the operator ({@code show errors}). */
final class BadBytes {
    private BadBytes() {}

    /**
     * Keeps what was received of a message.
     *
     * @param head bytes that came in earlier events; the first {@code had} of them
     * @param in the rest, from its reader index on
     * @param limit how many bytes are kept at most
     * @param position of the byte that was wrong, counted from the first
     */
    static void keep(
            Facts facts, Kind kind, byte[] head, int had, ByteBuf in, int limit, int position, Malformed reason) {
        int length = Math.min(limit, had + in.readableBytes());
        byte[] bytes = Arrays.copyOf(head, length);
        in.getBytes(in.readerIndex(), bytes, Math.min(had, length), Math.max(0, length - had));
        Backend backend = facts.backend;
        Server server = kind == Kind.RESPONSE ? facts.server : null;
        BadMessages all = facts.configuration.node().badMessages();
        Frontend frontend = facts.frontend;
        String proxy = frontend.name();
        int proxyId = frontend.id();
        String other = null;
        int otherId = -1;
        if (backend != null && kind == Kind.RESPONSE) {
            other = proxy;
            otherId = proxyId;
            proxy = backend.name();
            proxyId = backend.id();
        } else if (backend != null) {
            other = backend.name();
            otherId = backend.id();
        }
        all.keep(new BadMessage(
                kind,
                all.nextEvent(),
                System.currentTimeMillis(),
                proxy,
                proxyId,
                other,
                otherId,
                server == null ? null : server.name(),
                server == null ? -1 : server.description().id(),
                text(facts.source),
                bytes,
                position,
                reason.name()));
    }

    private static String text(Peer peer) {
        try {
            InetAddress address = InetAddress.getByAddress(Arrays.copyOf(peer.address(), peer.length()));
            return Endpoints.text(address) + ":" + peer.port();
        } catch (UnknownHostException notAnInternetAddress) {
            return "unix:0";
        }
    }
}
