// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.ConnectionKey;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.http.Http1Stream;
import io.tandem.node.backend.http.ResponseListener;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.backend.http.h2.ServerEndpoint;
import io.tandem.node.backend.pool.Reuse;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.HttpSettings;
import io.tandem.node.frontend.http.h2.EndpointSettings;
import io.tandem.node.frontend.http.h2.Http2Tuning;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of an exchange, as {@link ClientSide} is the client's: the stream that takes the request, in the
 * version of HTTP that the server speaks. One per exchange, reused; between two requests it holds nothing.
 */
final class ServerSide {
    private final Exchange exchange;
    private final ResponseListener listener;
    /** Null while nothing is asked of a server that speaks HTTP/1. */
    private @Nullable Http1Stream http1;
    /** Null while there is none, and once it has ended. */
    private @Nullable ServerStream stream;
    /** Whether its time to answer has begun. */
    private boolean expected;
    /** Whose bytes the response lies in, until the exchange has ended. */
    private @Nullable ServerStream lent;

    /** @param listener hears the response of each stream */
    ServerSide(Exchange exchange, ResponseListener listener) {
        this.exchange = exchange;
        this.listener = listener;
    }

    /** Which connections that other clients used before will do ({@code http-reuse}). */
    Reuse reuse() {
        boolean first = exchange.facts.requestsOnConnection <= 1;
        return switch (exchange.backend().http().reuse()) {
            case NEVER -> Reuse.NONE;
            case SAFE -> first ? Reuse.NONE : Reuse.ANY;
            case AGGRESSIVE -> first ? Reuse.PROVEN : Reuse.ANY;
            case ALWAYS -> Reuse.ANY;
        };
    }

    /** One more stream on a connection that is in use; null where no connection to {@code target} takes one. */
    @Nullable ServerStream join(Server target, ConnectionKey key) {
        Server.Description description = target.description();
        Reuse reuse = reuse();
        if (reuse == Reuse.NONE || (!description.dialing().speaksHttp2() && description.tls() == null)) {
            return null;
        }
        ServerEndpoint open = ServerEndpoint.find(exchange.loop, target, key, reuse == Reuse.PROVEN);
        if (open == null) {
            return null;
        }
        exchange.facts.serverSource = open.localAddress();
        exchange.facts.serverEnd = open.connection();
        return use(open.open(listener, exchange.facts.response));
    }

    /** A stream on a connection that nobody uses. */
    ServerStream open(ServerConnection connection) {
        HttpSettings settings = exchange.backend().http();
        if (connection.speaksHttp2()) {
            boolean shared = settings.reuse() != HttpSettings.Reuse.NEVER && !connection.isPrivate();
            EndpointSettings http2 = Http2Tuning.forServers(exchange.facts.configuration.drafts());
            ServerEndpoint endpoint = ServerEndpoint.on(exchange.loop, connection, exchange.tuning, http2, shared);
            return use(endpoint.open(listener, exchange.facts.response));
        }
        Http1Stream present = http1;
        if (present == null) {
            present = Http1Stream.take(exchange.loop, exchange.tuning, listener, exchange.facts.response);
            http1 = present;
        }
        return use(present.attach(connection, settings));
    }

    /** What is stored stands in for a server. */
    void serve(ServerStream stored) {
        use(stored);
    }

    private ServerStream use(ServerStream chosen) {
        stream = chosen;
        expected = false;
        ServerStream before = lent;
        if (before != null && before != chosen) {
            before.clear();
        }
        lent = chosen;
        return chosen;
    }

    /** The stream, or null while there is none. */
    @Nullable ServerStream stream() {
        return stream;
    }

    /** Whether there is one that takes no more of the request now. */
    boolean isFull() {
        ServerStream present = stream;
        return present != null && !present.isWritable();
    }

    /** The time the server has to say something counts from whatever passes to or from it, as HAProxy's does. */
    void expect(Backend backend) {
        ServerStream present = stream;
        if (present != null) {
            expected = true;
            present.expect(exchange.facts.serverTimeoutMs(backend));
        }
    }

    /** Something has been sent to it: that extends its time, unless {@code option independent-streams} says otherwise. */
    void sent(Backend backend) {
        if (!expected || !backend.http().has(HttpOption.INDEPENDENT_STREAMS)) {
            expect(backend);
        }
    }

    /** Whether more is read from it, if it is there. */
    void reading(boolean on) {
        ServerStream present = stream;
        if (present != null) {
            present.reading(on);
        }
    }

    /** It has ended by itself: what it was, or null where it had been left before. */
    @Nullable ServerStream leave() {
        ServerStream present = stream;
        stream = null;
        return present;
    }

    /** The exchange is complete: the connection, if it may serve another one and is to be given back. */
    @Nullable ServerConnection release(boolean reusable) {
        ServerStream present = leave();
        return present == null ? null : present.release(reusable);
    }

    /** Ends it, finished or not; the response's bytes stay until {@link #clear}. */
    void close() {
        ServerStream present = leave();
        if (present != null) {
            present.close();
        }
    }

    /** Lets go of the response's bytes. */
    void clear() {
        ServerStream used = lent;
        if (used != null) {
            lent = null;
            used.clear();
        }
        Http1Stream present = http1;
        if (present != null) {
            http1 = null;
            present.giveBack();
        }
    }
}
