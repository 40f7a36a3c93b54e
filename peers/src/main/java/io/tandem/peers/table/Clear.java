// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import org.jspecify.annotations.Nullable;

/** A key, or with null the whole table, was cleared: what was counted in older epochs is of no account. */
@SuppressWarnings("ArrayRecordComponent") // owned by whoever holds the record, never compared
public record Clear(byte @Nullable [] key, long epoch) {}
