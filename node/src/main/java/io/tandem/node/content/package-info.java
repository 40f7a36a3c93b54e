// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Filters of bodies: what may happen to a response's body between its server and its client (HAProxy manual 9). Receives heads
 * that all rules have seen and body bytes as they come; hands on the same, changed. Runs on the exchange's loop.
 */
@NullMarked
package io.tandem.node.content;

import org.jspecify.annotations.NullMarked;
