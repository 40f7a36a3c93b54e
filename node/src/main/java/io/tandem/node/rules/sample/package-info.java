// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives facts; hands on sample values through fetches and converters (HAProxy manual 7). Evaluated on the event loop
 * that owns the exchange; allocates nothing where a value is used in place.
 */
@NullMarked
package io.tandem.node.rules.sample;

import org.jspecify.annotations.NullMarked;
