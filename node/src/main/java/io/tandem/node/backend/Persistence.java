// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/**
 * Brings a client back to the server it had: by a cookie, by a stick table. Immutable; called on the event loop that owns
 * the exchange.
 */
public interface Persistence {
    /** Every client starts anew. */
    Persistence NONE = new Persistence() {};

    /**
     * The server that shall have this exchange whatever balancing says, or null. Asked once for an exchange, after the
     * request's rules; may edit the request.
     */
    default @Nullable Server serverFor(Facts facts) {
        return null;
    }

    /** A server was chosen: {@link Facts#server}. Called again after a redispatch. */
    default void onServerChosen(Facts facts) {}

    /** No server is needed: the answer is there ({@code cache-use}). */
    default void onNoServer(Facts facts) {}

    /** The head of the server's response is there and its rules have been judged; may edit it. */
    default void onResponse(Facts facts) {}
}
