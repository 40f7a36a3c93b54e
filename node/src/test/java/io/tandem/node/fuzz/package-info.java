// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * How decoders are fuzzed: rounds numbered from 0, each its own random seed, for as long as {@code -Dtandem.fuzz.seconds}
 * says. No state; the test's thread.
 */
@NullMarked
package io.tandem.node.fuzz;

import org.jspecify.annotations.NullMarked;
