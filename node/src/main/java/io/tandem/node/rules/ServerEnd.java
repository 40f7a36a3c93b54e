// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** What rules and logs may ask about the connection to the server, which may be over when they do. Owned by one event loop. */
public interface ServerEnd {
    /** Of a connection on which nobody counts any. */
    IntSupplier NO_GLITCHES = () -> 0;

    /** Where it was connected to; null for a unix socket. */
    @Nullable InetSocketAddress destination();

    /** Where it was connected from; null for a unix socket. */
    @Nullable InetSocketAddress localAddress();

    /** The major HTTP version spoken on it: 1 or 2. */
    int httpMajor();

    /** How often the server did on it what a good one does not; 0 in HTTP/1. */
    default int glitches() {
        return 0;
    }

    Channel socket();
}
