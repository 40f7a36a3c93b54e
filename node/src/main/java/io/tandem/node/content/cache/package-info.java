// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The cache (HAProxy manual 6). Receives requests that rules want answered from it, and responses that rules want kept; hands on
 * what it has. Shared by all loops: looking up takes no lock, keeping takes a short one; the contents lie outside of the heap.
 */
@NullMarked
package io.tandem.node.content.cache;

import org.jspecify.annotations.NullMarked;
