// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What rules and logs may ask about the connection to the server, which may be over when they do. Owned by one event loop. */
public interface ServerEnd {
    /** Where it was connected to; null for a unix socket. */
    @Nullable InetSocketAddress destination();

    /** Where it was connected from; null for a unix socket. */
    @Nullable InetSocketAddress localAddress();

    /** The major HTTP version spoken on it: 1 or 2. */
    int httpMajor();

    Channel socket();
}
