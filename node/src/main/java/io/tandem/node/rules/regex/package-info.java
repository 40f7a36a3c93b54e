// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives expressions of the configuration and slices of bytes; hands on whether they match, and where. Compiled by the
 * loading thread; evaluated on the event loop that owns the exchange, with the loop's own {@link Matching}.
 */
@NullMarked
package io.tandem.node.rules.regex;

import org.jspecify.annotations.NullMarked;
