// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stick table as declared.
 *
 * @param name the proxy's name, or {@code section/name} for a table of a {@code peers} section
 * @param keyType what its keys are
 * @param keyBytes the longest key: 4, 16, or the declared {@code len}
 * @param size the most entries it holds
 * @param expireMs since the last refresh; 0: entries stay
 * @param nopurge whether a full table refuses new entries rather than dropping its oldest
 * @param serverKeyIsAddress {@code srvkey addr}: {@code server_key} names servers by address and port
 * @param shared whether the other nodes of the cluster get it
 * @param columns what it stores, at most one of each type; kept in order of their numbers
 */
public record TableDefinition(
        String name,
        KeyType keyType,
        int keyBytes,
        long size,
        int expireMs,
        boolean nopurge,
        boolean serverKeyIsAddress,
        boolean shared,
        List<Column> columns) {
    /** The longest key a declaration may ask for. */
    public static final int MAX_KEY_BYTES = 16_000;

    public TableDefinition {
        if (keyBytes < 1
                || keyBytes > MAX_KEY_BYTES
                || (keyType.fixedBytes() != 0 && keyBytes != keyType.fixedBytes())) {
            throw new IllegalArgumentException("table " + name + ": key of " + keyBytes + " bytes");
        }
        if (size < 1 || expireMs < 0) {
            throw new IllegalArgumentException("table " + name + ": size " + size + " expire " + expireMs);
        }
        columns = columns.stream().sorted(Comparator.comparing(Column::type)).toList();
        if (columns.stream().map(Column::type).distinct().count() != columns.size()) {
            throw new IllegalArgumentException("table " + name + ": a data type is stored twice");
        }
    }

    /** A table that purges when full and is shared, the common case. */
    public static TableDefinition of(
            String name, KeyType keyType, int keyBytes, long size, int expireMs, Column... columns) {
        return new TableDefinition(name, keyType, keyBytes, size, expireMs, false, false, true, List.of(columns));
    }

    /** The same table, shared or not. */
    public TableDefinition withShared(boolean isShared) {
        return new TableDefinition(
                name, keyType, keyBytes, size, expireMs, nopurge, serverKeyIsAddress, isShared, columns);
    }

    /** The same table with that type stored too, as a stick rule needs {@code server_id} and {@code server_key}. */
    public TableDefinition storing(DataType type) {
        if (column(type) != null) {
            return this;
        }
        List<Column> more = new ArrayList<>(columns);
        more.add(Column.of(type));
        return new TableDefinition(name, keyType, keyBytes, size, expireMs, nopurge, serverKeyIsAddress, shared, more);
    }

    /** The column of that type, or null where it is not stored. */
    public @Nullable Column column(DataType type) {
        for (Column column : columns) {
            if (column.type() == type) {
                return column;
            }
        }
        return null;
    }
}
