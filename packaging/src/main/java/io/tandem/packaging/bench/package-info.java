// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Measures CPU per request of Tandem beside haproxy and nginx. Receives the programs of this machine, hands on a table of
 * ratios. Runs as a program of its own, on one core; the proxy under test has the other.
 */
@NullMarked
package io.tandem.packaging.bench;

import org.jspecify.annotations.NullMarked;
