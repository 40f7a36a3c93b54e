// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;

/** The connection below an {@link Endpoint}. All calls come on its loop. */
public interface Transport {
    /** Writes without flushing; {@code out} is given away. */
    void write(ByteBuf out);

    void flush();

    boolean isWritable();

    /** Whether more is read from the peer. */
    void reading(boolean on);

    /** Ends it once all is written. */
    void closeWhenWritten();
}
