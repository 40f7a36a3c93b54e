// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.tandem.node.content.BodySink;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.Trailers;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of an exchange: what a version of HTTP does for it. A response is a {@link #head}, {@link #body}
 * bytes and an {@link #end}; what is written leaves with the next {@link #flush} or {@link #finished}. All calls come on
 * its loop.
 */
public interface ClientSide extends BodySink {
    /** Whether the whole request, its body included, has been received. */
    boolean isRequestComplete();

    /** Answers {@code Expect: 100-continue} for a server that has not been asked yet. */
    void proceed();

    /**
     * The response is complete, the request is not. Flushes; a version that cannot end a request by itself goes on reading
     * it, for as long as the client's time lasts.
     *
     * @return whether the rest of the request will come; otherwise the exchange is over
     */
    default boolean awaitRequestEnd() {
        return false;
    }

    /** An interim response (1xx). */
    void interim(Response response);

    /**
     * The head of the final response. {@link Response#framing} tells how its body will end.
     *
     * @param keepAlive whether the connection goes on behind it
     * @param tunnel whether it opens a tunnel
     * @param in where the head was received as HTTP/1, at the reader index, or null
     * @param length its length there
     * @return whether the head goes on as it lies in {@code in}: it is then the beginning of the first body bytes
     */
    boolean head(Response response, boolean keepAlive, boolean tunnel, @Nullable ByteBuf in, int length);

    /** The next bytes of the body, out of an array that the caller keeps. */
    void body(byte[] bytes, int start, int end);

    /** The body is over; not called where the end of the connection is its end, or after a failure. */
    void end(@Nullable Trailers trailers);

    /** Takes back a head, and body bytes behind it, if nothing of them has left; whether that was so. */
    boolean takeBack();

    /** Answers with bytes as they are stored, an HTTP/1 message or whatever an error file holds. */
    void raw(byte[] page, int start, int end);

    void flush();

    boolean isWritable();

    /** Whether more is read from the client; back-pressure of the server. */
    void reading(boolean on);

    /**
     * The response is written. Flushes it; the next request may begin, or the connection ends when all is sent.
     *
     * @param keepAlive whether the connection goes on
     */
    void finished(boolean keepAlive);

    /** The connection ends at once, whatever is still to be sent. */
    void abort();

    /** The connection ends on our side only, as far as the system lets us: the client is not told. */
    void vanish();

    /** From now on bytes go both ways unchanged ({@link Exchange#tunnelBytes}). */
    void becomeTunnel();

    /** Bytes of the server in a tunnel; the caller keeps {@code in}. */
    void tunnel(ByteBuf in);

    /** The server has ended its side of a tunnel. */
    void shutdownOutput();
}
