// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives facts; changes the message, the variables or the counters, or ends the rules with a verdict. Evaluated on the
 * event loop that owns the exchange.
 */
@NullMarked
package io.tandem.node.rules.action;

import org.jspecify.annotations.NullMarked;
