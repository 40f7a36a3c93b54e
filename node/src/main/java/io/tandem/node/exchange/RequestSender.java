// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.rules.BodyBytes;
import org.jspecify.annotations.Nullable;

/**
 * Sends a request to the server; before there is one, the body waits in a buffer of its own. One per exchange, reused.
 */
final class RequestSender implements BodyBytes {
    private @Nullable ServerStream server;
    private @Nullable ByteBuf waiting;
    private @Nullable Trailers trailers;
    private boolean dropsTrailers;
    private boolean ended;
    /** Whether the server is told of the end once limits hold nothing back any more. */
    private boolean endDue;

    /** How large a request may be that is kept to be sent again; 0 where none is. */
    private int keptSize;

    private @Nullable ByteBuf kept;
    /** What bandwidth limits hold back of the body. */
    final RequestPace pace;

    RequestSender(Exchange exchange) {
        pace = new RequestPace(exchange);
    }

    /** The next bytes may pass. */
    void pass(ByteBuf in, int length) {
        ServerStream present = server;
        if (present != null) {
            present.body(in, length);
        }
    }

    /**
     * The request goes to a server of {@code backend}.
     *
     * @param most how large a body may be that is kept to be sent again; 0 where none is
     */
    void to(Backend backend, int most) {
        dropsTrailers = backend.http().has(HttpOption.DROP_REQUEST_TRAILERS);
        keepFor(backend.retryOn().needsRequest() ? most : 0);
    }

    /**
     * Says whether the request is kept after it has been sent. One that was not whole by then is not sent again, as with
     * HAProxy.
     *
     * @param size of the body at most, {@code tune.bufsize}; 0 to keep nothing
     */
    void keepFor(int size) {
        keptSize = size;
        ByteBuf body = waiting;
        if (size > 0 && body != null) {
            keep(body, body.readableBytes());
        }
    }

    private void keep(ByteBuf in, int length) {
        ByteBuf copy = kept;
        if (copy == null) {
            copy = PooledByteBufAllocator.DEFAULT.directBuffer(length);
            kept = copy;
        }
        if (copy.readableBytes() + length > keptSize) {
            keptSize = 0; // too large to be sent again
        } else {
            copy.writeBytes(in, in.readerIndex(), length);
        }
    }

    /** Whether all of the request is still here. */
    boolean canRepeat() {
        return keptSize > 0 && ended;
    }

    /** The body waits again, for another connection. */
    void repeat() {
        server = null;
        endDue = false;
        pace.clear();
        ByteBuf body = kept;
        waiting = body == null ? null : body.retainedDuplicate();
    }

    /** Starts sending on {@code server}: the head, and the body that has waited. */
    void start(ServerStream server, Request request, boolean keepAlive) {
        this.server = server;
        server.head(request, keepAlive);
        ByteBuf body = waiting;
        if (body != null) {
            waiting = null;
            send(server, body, body.readableBytes());
            body.release();
        }
        if (ended) {
            end(server);
        }
    }

    /** The next {@code length} bytes of the body; the caller keeps {@code in} and skips them. */
    void body(ByteBuf in, int length) {
        if (keptSize > 0) {
            keep(in, length);
        }
        ServerStream present = server;
        if (present != null) {
            send(present, in, length);
            return;
        }
        ByteBuf body = waiting;
        if (body == null) {
            body = PooledByteBufAllocator.DEFAULT.directBuffer(length);
            waiting = body;
        }
        body.writeBytes(in, in.readerIndex(), length);
    }

    private void send(ServerStream to, ByteBuf in, int length) {
        if (!pace.takes(in, length)) {
            to.body(in, length);
        }
    }

    /** What limits hold back goes first. */
    private void end(ServerStream to) {
        endDue = pace.holds();
        if (!endDue) {
            to.end(dropsTrailers ? null : trailers);
        }
    }

    /** The body is over; {@code trailers} stay as they are until {@link #clear}. */
    void end(@Nullable Trailers trailers) {
        ended = true;
        this.trailers = trailers;
        ServerStream present = server;
        if (present != null) {
            end(present);
        }
    }

    /** Whether the body is over. */
    boolean hasEnded() {
        return ended;
    }

    /** Whether all of the body has gone to the server. */
    boolean isDone() {
        return ended && !pace.holds();
    }

    /** Bytes of the body that wait for a connection. */
    int waitingBytes() {
        return waiting == null ? 0 : waiting.readableBytes();
    }

    @Override
    public int length() {
        return waitingBytes();
    }

    @Override
    public void copy(byte[] to, int at, int length) {
        ByteBuf body = waiting;
        if (body != null) {
            body.getBytes(body.readerIndex(), to, at, length);
        }
    }

    @Override
    public boolean isWhole() {
        return ended;
    }

    void flush() {
        ServerStream present = server;
        if (present != null) {
            if (endDue) {
                end(present);
            }
            if (!ended) {
                keptSize = 0; // HAProxy sends again only what was whole when the first server got it
            }
            present.flush();
        }
    }

    /** Forgets everything: the request is over, or goes to another server. */
    void clear() {
        server = null;
        pace.clear();
        endDue = false;
        trailers = null;
        dropsTrailers = false;
        ended = false;
        keptSize = 0;
        if (kept != null) {
            kept.release();
            kept = null;
        }
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
