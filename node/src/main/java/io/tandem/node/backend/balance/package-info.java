// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives the servers of a backend and their weights; hands on the one for each request. Selectors are immutable but for
 * a shared position, rebuilt when a server's state changed, and asked by any event loop.
 */
@NullMarked
package io.tandem.node.backend.balance;

import org.jspecify.annotations.NullMarked;
