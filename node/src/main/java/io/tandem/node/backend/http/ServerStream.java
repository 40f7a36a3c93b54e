// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.http;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Trailers;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one exchange: what a version of HTTP does for it. A request is a {@link #head}, {@link #body}
 * bytes and an {@link #end}; what is written leaves with the next {@link #flush}. All calls come on its loop.
 */
public interface ServerStream {
    /**
     * Begins the exchange with the head of the request.
     *
     * @param keepAlive whether the connection shall go on behind the response
     */
    void head(Request request, boolean keepAlive);

    /** The next {@code length} bytes of the body; the caller keeps {@code in} and skips them. */
    void body(ByteBuf in, int length);

    /** The body is over. */
    void end(@Nullable Trailers trailers);

    void flush();

    boolean isWritable();

    /** Whether more is read from the server; back-pressure of the client. */
    void reading(boolean on);

    /** From now on the server must say something within {@code timeoutMs}; 0 for as long as it likes. */
    void expect(int timeoutMs);

    /** From now on bytes go both ways unchanged, and either side may end before the other. */
    void becomeTunnel();

    /** Bytes of the client in a tunnel; the caller keeps {@code in}. */
    void tunnel(ByteBuf in);

    /** Ends our side of a tunnel once all is written; the server may go on sending. */
    void shutdownOutput();

    /** Whether another exchange used the connection before. */
    boolean isReused();

    /**
     * The exchange is complete; its listener hears nothing more.
     *
     * @param reusable whether the connection may serve another one, as far as the exchange can tell
     * @return the connection, if it serves one exchange at a time and may serve another: it is to be given back
     */
    @Nullable ServerConnection release(boolean reusable);

    /** Forgets the exchange, and lets go of the response's bytes. */
    void clear();

    /** Ends it, finished or not; its listener hears nothing more. */
    void close();
}
