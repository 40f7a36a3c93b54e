// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * The Prometheus form of the statistics, HAProxy's names first, Tandem's own behind. Receives rows, hands on text. Any
 * thread.
 */
@NullMarked
package io.tandem.node.observe.metrics;

import org.jspecify.annotations.NullMarked;
