// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.rules.Facts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The version of HTTP in which WebSockets go to a server ({@code ws}, HAProxy manual 5.2). */
enum WebSocketVersion implements ConnectionProperty {
    /** That of all requests, but HTTP/1.1 where ALPN offers it. */
    AUTO,
    H1,
    H2;

    private static final int TAG = 6;
    private static final byte[] MARK_H1 = {1};
    private static final byte[] MARK_H2 = {2};
    private static final List<String> ALPN_H1 = List.of("http/1.1");
    private static final List<String> ALPN_H2 = List.of("h2");

    /** The version named so on a line, or null. */
    static @Nullable WebSocketVersion named(String word) {
        return switch (word) {
            case "auto" -> AUTO;
            case "h1" -> H1;
            case "h2" -> H2;
            default -> null;
        };
    }

    /**
     * The version that WebSockets need connections of their own for; null where those of other requests do.
     *
     * @param http2 whether the server speaks HTTP/2 whatever ALPN says ({@code proto h2})
     * @param alpn what its TLS offers
     */
    @Nullable WebSocketVersion apart(boolean http2, List<String> alpn) {
        boolean maybeHttp2 = http2 || alpn.contains("h2");
        return switch (this) {
            case AUTO -> !http2 && alpn.contains("h2") && alpn.containsAll(ALPN_H1) ? H1 : null;
            case H1 -> maybeHttp2 ? H1 : null;
            case H2 -> http2 ? null : H2;
        };
    }

    /** What TLS offers for them instead of {@code alpn}. */
    List<String> alpn(List<String> alpn) {
        return alpn.isEmpty() ? alpn : this == H2 ? ALPN_H2 : ALPN_H1;
    }

    /** Connections in that version are kept apart from others. */
    @Override
    public void addTo(ConnectionKey key, Facts facts) {
        key.add(TAG, this == H2 ? MARK_H2 : MARK_H1, 0, 1);
    }
}
