// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

/** Why a message head or body is refused; each reason has a counter of its own in diagnostics. */
public enum Malformed {
    /** Not {@code method target version}. */
    REQUEST_LINE,
    /** Not {@code version status reason}. */
    STATUS_LINE,
    /** A character that no request target may hold. */
    TARGET,
    /** A target that does not fit its method, or names another authority than Host. */
    AUTHORITY,
    /** A field name that is no token, or no colon behind it. */
    FIELD_NAME,
    /** A carriage return without line feed. */
    BARE_CR,
    /** A NUL in a field value (RFC 9110 section 5.5). */
    NUL,
    /** Not a number, not one number, or too large. */
    CONTENT_LENGTH,
    /** Anything but one {@code chunked}, at the end. */
    TRANSFER_ENCODING,
    /** An encoding in front of {@code chunked}. */
    TRANSFER_ENCODING_UNKNOWN,
    /** A body where HTTP/1.0 does not say that there may be one (RFC 1945), and servers may not look for it. */
    PAYLOAD,
    /** Two Host fields that differ. */
    HOST,
    /** A WebSocket handshake without its key, or an answer with the wrong one. */
    WEBSOCKET,
    /** Longer than {@code tune.bufsize} less {@code tune.maxrewrite}. */
    HEAD_TOO_LONG,
    /** More fields than {@code tune.http.maxhdr}. */
    TOO_MANY_FIELDS,
    /** A chunk size that is no hexadecimal number, or too large. */
    CHUNK_SIZE,
    /** No line end behind a chunk's data. */
    CHUNK_END,
    /** A trailer section that is malformed or too long. */
    TRAILERS;

    /** What a request is answered with. */
    int status() {
        return switch (this) {
            case TRANSFER_ENCODING_UNKNOWN -> 422;
            case PAYLOAD -> 413;
            default -> 400;
        };
    }
}
