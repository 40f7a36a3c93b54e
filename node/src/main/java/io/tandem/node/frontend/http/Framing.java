// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

/** How the end of a message body is found, in words that fit every version of HTTP. */
public enum Framing {
    /** There is no body. */
    NONE,
    /** {@code Content-Length} bytes. */
    LENGTH,
    /** Of a length not known beforehand, its end marked in the stream: HTTP/1's chunked, HTTP/2's END_STREAM. */
    CHUNKED,
    /** Everything up to the end of the connection; HTTP/1 responses only. */
    UNTIL_CLOSE
}
