// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives the certificates a client or a server presents; hands on whether they are trusted, in OpenSSL's numbers. Shared
 * by both sides of the proxy. Files are read by the thread that loads, verification runs on the connection's event loop.
 */
@NullMarked
package io.tandem.node.tls.verify;

import org.jspecify.annotations.NullMarked;
