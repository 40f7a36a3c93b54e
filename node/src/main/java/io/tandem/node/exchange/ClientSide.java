// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;

/** The client's side of an exchange: what a version of HTTP does for it. All calls come on its loop. */
public interface ClientSide {
    /** Whether the whole request, its body included, has been received. */
    boolean isRequestComplete();

    /** Writes without flushing; {@code out} is given away. */
    void write(ByteBuf out);

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

    /** The server has ended its side of a tunnel. */
    void shutdownOutput();
}
