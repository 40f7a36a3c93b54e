// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Stick tables and what the nodes of a cluster share. {@code table} holds the values, {@code sync} turns changes into
 * bytes and back, {@code cluster} carries the bytes; read them in that order.
 */
@NullMarked
package io.tandem.peers;

import org.jspecify.annotations.NullMarked;
