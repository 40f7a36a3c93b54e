// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What one proxy tells the next in front of a connection's bytes: the PROXY protocol and NetScaler's client IP insertion.
 * Receives bytes of clients, hands on {@link io.tandem.node.proxyprotocol.Announcement}s, and writes the same towards
 * servers. No IO, no state of its own; runs on the loop of the connection.
 */
@NullMarked
package io.tandem.node.proxyprotocol;

import org.jspecify.annotations.NullMarked;
