// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

import org.jspecify.annotations.Nullable;

/**
 * How a proxy speaks HTTP, as its options say; frontends and backends each have theirs.
 *
 * @param connectionMode what becomes of connections after a response
 * @param forwardedFor {@code option forwardfor}, or null
 * @param errorPages what it answers errors with; null where the section names no page of its own
 * @param reuse {@code http-reuse}; backends only
 * @param abortOnClose whether a client that closes while waiting is given up ({@code option abortonclose})
 * @param ignoreProbes whether connections without any data stay unlogged and unanswered ({@code http-ignore-probes})
 */
public record HttpSettings(
        ConnectionMode connectionMode,
        @Nullable ForwardedFor forwardedFor,
        @Nullable ErrorPages errorPages,
        Reuse reuse,
        boolean abortOnClose,
        boolean ignoreProbes) {
    public static final HttpSettings DEFAULT =
            new HttpSettings(ConnectionMode.KEEP_ALIVE, null, null, Reuse.SAFE, false, false);

    /** What becomes of the two connections after a response (HAProxy manual 4, keep-alive); the strictest wins. */
    public enum ConnectionMode {
        KEEP_ALIVE,
        /** The server's ends, the client's goes on ({@code option http-server-close}). */
        SERVER_CLOSE,
        /** Both end ({@code option httpclose}). */
        CLOSE;

        public ConnectionMode stricter(ConnectionMode other) {
            return compareTo(other) >= 0 ? this : other;
        }
    }

    /** Which requests may use a server connection that others used before ({@code http-reuse}). */
    public enum Reuse {
        NEVER,
        /** Not the first of a client connection: the client would not repeat it if the server closes meanwhile. */
        SAFE,
        /** The first one too, where the connection has served several. */
        AGGRESSIVE,
        ALWAYS
    }
}
