// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.Trailers;
import org.jspecify.annotations.Nullable;

/**
 * What looks at the body of one response, or changes it, on its way to the client. It begins when the head has been judged and
 * may still be edited. Either {@link #end} or {@link #close} is called, once and last. On the exchange's loop.
 */
public interface BodyFilter {
    /**
     * The next {@code length} bytes, as {@link BodySink#body} has them; what becomes of them is given to {@code to} now or
     * later.
     */
    void body(ByteBuf in, int length, boolean all, BodySink to);

    /** Nothing more comes with this event: whatever has been held back goes on, the client may be waiting for it. */
    void flush(BodySink to);

    /**
     * The body is complete; gives everything back.
     *
     * @param trailers what follows it, which goes to the client by itself; null where the framing has none
     */
    void end(@Nullable Trailers trailers, BodySink to);

    /** The body has been broken off: gives everything back. */
    void close();
}
