// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives stick-table declarations, keys and events of the rules. Hands on values summed over the nodes, and to
 * {@code sync} the entries that changed here. Any thread; each type says what it locks.
 */
@NullMarked
package io.tandem.peers.table;

import org.jspecify.annotations.NullMarked;
