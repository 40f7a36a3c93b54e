// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives the cluster's configuration and the tables. Hands on the bytes of {@code sync} to the other nodes and theirs to
 * it, sealed, over JGroups. One replicator thread sends; JGroups' pool receives.
 */
@NullMarked
package io.tandem.peers.cluster;

import org.jspecify.annotations.NullMarked;
