// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Hash functions that more than one part of the node needs. Pure: receives bytes, hands on numbers, on whichever thread asks.
 */
@NullMarked
package io.tandem.node.hash;

import org.jspecify.annotations.NullMarked;
