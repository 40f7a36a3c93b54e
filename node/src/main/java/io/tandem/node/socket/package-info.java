// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Sockets as the kernel sees them, on both sides of the proxy: options, network namespaces, addresses of the configuration
 * as addresses of sockets, users and groups of files. Receives settings, hands on descriptors; called by the thread that
 * loads and, for connections to servers, by the loops.
 */
@NullMarked
package io.tandem.node.socket;

import org.jspecify.annotations.NullMarked;
