// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives requests, hands on the server that their clients had before, and marks responses so that they find it again.
 * Evaluated on the event loop that owns the exchange.
 */
@NullMarked
package io.tandem.node.backend.persist;

import org.jspecify.annotations.NullMarked;
