// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Trailers;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request to the server; before there is one, the body waits in a buffer of its own. One per exchange, reused.
 */
final class RequestSender {
    private @Nullable ServerStream server;
    private @Nullable ByteBuf waiting;
    private @Nullable Trailers trailers;
    private boolean ended;

    /** Starts sending on {@code server}: the head, and the body that has waited. */
    void start(ServerStream server, Request request, boolean keepAlive) {
        this.server = server;
        server.head(request, keepAlive);
        ByteBuf body = waiting;
        if (body != null) {
            waiting = null;
            server.body(body, body.readableBytes());
            body.release();
        }
        if (ended) {
            server.end(trailers);
        }
    }

    /** The next {@code length} bytes of the body; the caller keeps {@code in} and skips them. */
    void body(ByteBuf in, int length) {
        ServerStream present = server;
        if (present != null) {
            present.body(in, length);
            return;
        }
        ByteBuf kept = waiting;
        if (kept == null) {
            kept = PooledByteBufAllocator.DEFAULT.directBuffer(length);
            waiting = kept;
        }
        kept.writeBytes(in, in.readerIndex(), length);
    }

    /** The body is over; {@code trailers} stay as they are until {@link #clear}. */
    void end(@Nullable Trailers trailers) {
        ended = true;
        this.trailers = trailers;
        ServerStream present = server;
        if (present != null) {
            present.end(trailers);
        }
    }

    /** Whether the body is over. */
    boolean hasEnded() {
        return ended;
    }

    /** Bytes of the body that wait for a connection. */
    int waitingBytes() {
        return waiting == null ? 0 : waiting.readableBytes();
    }

    void flush() {
        ServerStream present = server;
        if (present != null) {
            present.flush();
        }
    }

    /** Forgets everything: the request is over, or goes to another server. */
    void clear() {
        server = null;
        trailers = null;
        ended = false;
        if (waiting != null) {
            waiting.release();
            waiting = null;
        }
    }

    /** Whether the request's end keeps a server connection usable. */
    static boolean allowsReuse(Request request) {
        return !(request.minorVersion() == 0 && (request.framing() == Framing.CHUNKED || request.asksUpgrade()));
    }
}
