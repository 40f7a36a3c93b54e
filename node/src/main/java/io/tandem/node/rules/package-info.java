// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives the facts of one exchange; hands on verdicts. Compiled once per configuration, evaluated on the event loop that
 * owns the exchange; never does IO.
 */
@NullMarked
package io.tandem.node.rules;

import org.jspecify.annotations.NullMarked;
