// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives accepted connections of {@code bind … ssl} lines; hands on what they say in clear text, and facts about the
 * session. Certificates are read by the thread that loads; handshakes run on the connection's event loop.
 */
@NullMarked
package io.tandem.node.frontend.tls;

import org.jspecify.annotations.NullMarked;
