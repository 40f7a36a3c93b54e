// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.Timeouts;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.rules.Termination;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that go both ways unchanged once a response has opened a tunnel (RFC 9110 section 7.8): its time-outs and its end.
 * Made for the exchanges that need one.
 */
final class Tunnel {
    private final Exchange exchange;
    private @Nullable ServerStream server;
    private Timeouts ofFrontend = Timeouts.NONE;
    private Timeouts ofBackend = Timeouts.NONE;
    private boolean clientEnded;

    Tunnel(Exchange exchange) {
        this.exchange = exchange;
    }

    /** Opens it between the client and {@code server}. */
    void open(ServerStream server, Timeouts ofFrontend, Timeouts ofBackend) {
        this.server = server;
        this.ofFrontend = ofFrontend;
        this.ofBackend = ofBackend;
        clientEnded = false;
        server.becomeTunnel();
        exchange.client.becomeTunnel();
        expect();
    }

    /** The tunnel ends when nothing has happened in it for so long: any byte, either way, starts the time anew. */
    private void expect() {
        ServerStream present = server;
        if (present != null) {
            present.expect(limit());
        }
    }

    private int limit() {
        if (clientEnded && ofBackend.serverFin() > 0) {
            return ofBackend.serverFin(); // the server is the half that is left
        }
        if (ofBackend.tunnel() > 0) {
            return ofBackend.tunnel();
        }
        int client = ofFrontend.client();
        int server = ofBackend.server();
        return client == 0 ? server : server == 0 ? client : Math.min(client, server);
    }

    /** Whose time it is that is over: with {@code timeout tunnel} both are, and HAProxy names the client. */
    char whoIsLate() {
        if (clientEnded) {
            return Termination.SERVER_TIMEOUT;
        }
        int client = ofFrontend.client();
        int server = ofBackend.server();
        return ofBackend.tunnel() > 0 || (client > 0 && (server == 0 || client <= server))
                ? Termination.CLIENT_TIMEOUT
                : Termination.SERVER_TIMEOUT;
    }

    /** Bytes of the client; the caller keeps {@code in}. */
    void clientBytes(ByteBuf in) {
        ServerStream present = server;
        if (present != null) {
            exchange.facts.bytesIn += in.readableBytes();
            present.tunnel(in);
            present.flush();
            expect();
            if (!present.isWritable()) {
                exchange.client.reading(false);
            }
        }
    }

    /** Bytes of the server; the caller keeps {@code in}. */
    void serverBytes(ByteBuf in) {
        exchange.facts.bytesOut += in.readableBytes();
        exchange.client.tunnel(in);
        expect();
    }

    /** The client has sent its last byte: the server may still answer. A server's last byte ends the tunnel. */
    void clientEnds() {
        clientEnded = true;
        ServerStream present = server;
        if (present != null) {
            present.shutdownOutput();
            expect();
        }
    }

    /** Ends it, and the client's connection when all is sent. */
    void end() {
        exchange.end();
        exchange.client.finished(false);
    }

    /** Forgets the server. */
    void clear() {
        server = null;
    }
}
