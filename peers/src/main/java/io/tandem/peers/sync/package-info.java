// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives the cells that changed in {@code table}, views of the cluster and bytes of other nodes. Hands on bytes to send
 * and cells to apply. Two threads: the replicator calls {@code step}, the receivers call {@code on…}.
 */
@NullMarked
package io.tandem.peers.sync;

import org.jspecify.annotations.NullMarked;
