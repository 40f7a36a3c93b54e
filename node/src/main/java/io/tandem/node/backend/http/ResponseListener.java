// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.http;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.frontend.http.h1.Malformed;
import org.jspecify.annotations.Nullable;

/** Who hears the response of a {@link ServerStream}. All calls come on the loop that both live on. */
public interface ResponseListener {
    /** What became of a head. */
    enum Fate {
        /** The server's response goes no further: another answer has been given. */
        REFUSED,
        /** It goes on as it lies in the buffer, as the beginning of the first body bytes. */
        AS_RECEIVED,
        /** It has been taken up. */
        TAKEN
    }

    /** An interim response (1xx) is whole. */
    void onInterim();

    /**
     * The final head is whole.
     *
     * @param in where it was received as HTTP/1 at the reader index, with nothing before it; null for other versions and
     *     heads in pieces
     * @param length its length there
     */
    Fate onResponse(@Nullable ByteBuf in, int length);

    /**
     * The next bytes of the body.
     *
     * @param length how many, with a head as received before them
     * @param headLength how many of them are that head
     * @param all whether nobody looks at {@code in} any more: it may be given on itself. Otherwise the caller skips them
     */
    void onResponseBody(ByteBuf in, int length, int headLength, boolean all);

    /**
     * The response is complete.
     *
     * @param trailers null where the framing has none
     * @param surplus whether the server sent more than its response
     */
    void onResponseEnd(@Nullable Trailers trailers, boolean surplus);

    /**
     * What was received of a response that cannot be read; {@link #onMalformed} follows.
     *
     * @param head bytes of earlier events, the first {@code had} of them
     * @param in the rest, from its reader index on
     * @param position of the byte that is wrong, counted from the first
     */
    default void onBadBytes(byte[] head, int had, ByteBuf in, int position, Malformed reason) {}

    /** The response cannot be read. */
    void onMalformed();

    /** Bytes of the server in a tunnel; the caller keeps {@code in}. */
    void onTunnelBytes(ByteBuf in);

    /** The last byte of this event has been handed over. */
    void onServerReadComplete();

    /** The server has sent its last byte of a tunnel but still listens. */
    void onServerHalfClosed();

    /**
     * The connection, or the stream, has ended.
     *
     * @param orderly whether that was the end of the response, or of a tunnel, and no failure
     */
    void onServerClosed(boolean orderly);

    /** The stream has ended before the server looked at the request: it may go to another one. */
    void onServerRefused();

    /** The session is to end because of the server, which has nothing to do with what it sent; {@code who} is for the log. */
    void onServerKilled(char who);

    /** The server takes bytes again, or no longer. */
    void onServerWritabilityChanged(boolean writable);

    /** The time given to {@link ServerStream#expect} is over. */
    void onServerTimeout();
}
