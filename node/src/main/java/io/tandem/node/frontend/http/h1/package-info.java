// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP/1 on the wire (RFC 9112). Receives bytes; hands on message heads as offsets into them, and body bytes as they came.
 * Pure but for the buffers it reads and writes; runs on the event loop of the connection.
 */
@NullMarked
package io.tandem.node.frontend.http.h1;

import org.jspecify.annotations.NullMarked;
