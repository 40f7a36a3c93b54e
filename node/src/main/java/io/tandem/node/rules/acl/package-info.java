// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives sample values; hands on whether a condition holds (HAProxy manual 7.1). Evaluated on the event loop that owns
 * the exchange.
 */
@NullMarked
package io.tandem.node.rules.acl;

import org.jspecify.annotations.NullMarked;
