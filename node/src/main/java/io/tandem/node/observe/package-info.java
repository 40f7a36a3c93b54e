// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Counters of proxies, listeners and servers; written by event loops, summed by whoever reads.
 */
@NullMarked
package io.tandem.node.observe;

import org.jspecify.annotations.NullMarked;
