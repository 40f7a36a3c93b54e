// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * TLS toward servers (step 5 of a request's life). Receives the options of {@code server} lines; hands on connections that are
 * secured before anybody uses them. Contexts are made by the thread that loads, handshakes run on the connection's event loop.
 */
@NullMarked
package io.tandem.node.backend.tls;

import org.jspecify.annotations.NullMarked;
