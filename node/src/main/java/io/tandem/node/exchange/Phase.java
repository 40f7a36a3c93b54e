// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Timeouts;
import org.jspecify.annotations.Nullable;

/** Where an {@link Exchange} stands. */
enum Phase {
    /** Between two requests. */
    IDLE,
    /** A request is being received, or judged. */
    REQUEST,
    /** The body is being waited for, before rules are asked. */
    BUFFERING,
    /** An answer waits for the end of {@code timeout tarpit}. */
    TARPIT,
    /** Rules wait for something that is no part of the request. */
    AWAITING,
    /** A server is sought, or connected to. */
    SEARCHING,
    /** The request is on its way, no final response head yet. */
    WAITING,
    /** The response's body is being forwarded. */
    RESPONDING,
    /** The response is complete, the request's body is not. */
    FINISHING,
    /** Bytes go both ways (RFC 9110 section 7.8). */
    TUNNEL;

    /** Whether body bytes of the request are of any use. */
    boolean wantsBody() {
        return switch (this) {
            case BUFFERING, AWAITING, SEARCHING, WAITING, RESPONDING, FINISHING -> true;
            case IDLE, REQUEST, TARPIT, TUNNEL -> false;
        };
    }

    /** Whether a server is to say something, now or next. */
    boolean expectsServer() {
        return this == WAITING || this == RESPONDING;
    }

    /** Whether a client that ends in the middle of its request ends the exchange too. */
    boolean needsWholeRequest() {
        return switch (this) {
            case SEARCHING, WAITING, RESPONDING, FINISHING -> true;
            case IDLE, REQUEST, BUFFERING, AWAITING, TARPIT, TUNNEL -> false;
        };
    }

    /** How long a client may be silent in the middle of its body; milliseconds, 0 for as long as it likes. */
    int bodyTimeoutMs(Timeouts frontend, @Nullable Backend backend) {
        return switch (this) {
            case BUFFERING -> frontend.httpRequest() > 0 ? Exchange.AS_FOR_HEAD : frontend.client();
            case SEARCHING, AWAITING -> 0;
            // the server waits as well, and it is its time that counts
            case WAITING -> backend != null && backend.timeouts().server() > 0 ? 0 : frontend.client();
            case IDLE, REQUEST, TARPIT, RESPONDING, FINISHING, TUNNEL -> frontend.client();
        };
    }
}
