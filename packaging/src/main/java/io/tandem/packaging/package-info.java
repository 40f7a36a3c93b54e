// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * What surrounds a node: the distribution and its packages, the cluster on one machine, benchmarks. Receives the other
 * modules' jars; hands on a file tree and programs that start real nodes. Each program's own threads run it.
 */
@NullMarked
package io.tandem.packaging;

import org.jspecify.annotations.NullMarked;
