// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

/** What is counted about the connections of one server; the rows of loops add up to the columns of {@code show stat}. */
public enum PoolCount {
    /** Idle, never used by a second request: {@code idle_conn_cur}. */
    IDLE,
    /** Idle, and proven to be usable again: {@code safe_conn_cur}. */
    SAFE,
    /** In use now: {@code used_conn_cur}. */
    USED,
    /** How many are believed to be needed at once: {@code need_conn_est}. */
    NEEDED
}
