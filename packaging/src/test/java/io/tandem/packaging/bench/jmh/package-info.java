// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Microbenchmarks (JMH). Receives the node's own classes; hands on nanoseconds, for people, and bytes per operation, for
 * {@code AllocationBenchmarkTest}. {@code packaging/bench/jmh} runs them; each in a JVM of its own, on one thread.
 */
@NullMarked
package io.tandem.packaging.bench.jmh;

import org.jspecify.annotations.NullMarked;
