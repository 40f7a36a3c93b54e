// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

/** How the end of a message body is found (RFC 9112 section 6). */
public enum Framing {
    /** There is no body. */
    NONE,
    /** {@code Content-Length} bytes. */
    LENGTH,
    CHUNKED,
    /** Everything up to the end of the connection; responses only. */
    UNTIL_CLOSE
}
