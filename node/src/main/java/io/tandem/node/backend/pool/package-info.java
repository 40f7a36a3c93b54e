// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Connections to servers (step 5 of a request's life). Receives the wish for one; hands on a connection, new or idle, that
 * lives on the same event loop as the client's. Each loop has its own pools and nobody else touches them.
 */
@NullMarked
package io.tandem.node.backend.pool;

import org.jspecify.annotations.NullMarked;
