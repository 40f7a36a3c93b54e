// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives format strings ({@code log-format}, header values, bodies); hands on compiled formats that write bytes about an
 * exchange (HAProxy manual 8.2.6). Evaluated on the event loop that owns the exchange; allocates nothing.
 */
@NullMarked
package io.tandem.node.rules.format;

import org.jspecify.annotations.NullMarked;
