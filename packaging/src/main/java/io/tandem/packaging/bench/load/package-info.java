// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The benchmark's own clients and its web server. Receives a plan (how many connections, how fast, plain or TLS), hands on
 * counts and latencies. Each runs on one event loop of its own.
 */
@NullMarked
package io.tandem.packaging.bench.load;

import org.jspecify.annotations.NullMarked;
