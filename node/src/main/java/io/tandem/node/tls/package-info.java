// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives the TLS engine of a connection once its handshake has ended, and certificates; hands on facts about them for rules
 * and logs. Shared by both sides of the proxy, runs on the connection's event loop.
 */
@NullMarked
package io.tandem.node.tls;

import org.jspecify.annotations.NullMarked;
