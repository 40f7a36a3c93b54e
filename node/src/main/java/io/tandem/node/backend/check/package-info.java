// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives the servers to watch and what to ask them; hands on their health. What follows from results is pure; each
 * server's checks run on one event loop.
 */
@NullMarked
package io.tandem.node.backend.check;

import org.jspecify.annotations.NullMarked;
