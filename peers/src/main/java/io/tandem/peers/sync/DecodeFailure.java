// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

/** Why bytes of another node, or a part of them, were not taken. Each has a counter in {@link SyncStats}. */
public enum DecodeFailure {
    /** They end too early, or a length points beyond them. */
    TRUNCATED,
    /** A format this version does not speak. */
    VERSION,
    /** A message this version does not know. */
    KIND,
    /** A table this node does not have, or does not share, or whose definition has not arrived yet. */
    UNKNOWN_TABLE,
    /** A table of that name differs in its key or in the period of a rate. */
    DEFINITION_MISMATCH,
    /** Too many lives of nodes. */
    ORIGINS
}
