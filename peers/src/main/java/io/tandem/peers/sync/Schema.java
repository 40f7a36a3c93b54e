// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tandem.peers.table.Column;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.KeyType;
import io.tandem.peers.table.TableDefinition;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of a table's definition that the bytes of its cells depend on. Size, expiry and purging may differ between
 * nodes.
 *
 * <pre>
 * block name | u8 keyType | varint keyBytes | varint columns | column: u8 number | varint elements | varint periodMs
 * </pre>
 */
record Schema(String name, KeyType keyType, int keyBytes, List<Column> columns) {
    private static final int MAX_NAME_BYTES = 1024;

    Schema {
        columns = List.copyOf(columns);
    }

    static Schema of(TableDefinition definition) {
        return new Schema(definition.name(), definition.keyType(), definition.keyBytes(), definition.columns());
    }

    /** The first eight bytes of the SHA-256 of the encoded form: equal on nodes whose definitions are equal. */
    long id() {
        ByteWriter canonical = new ByteWriter(256);
        encode(canonical);
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(canonical.array(), canonical.size()));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    void encode(ByteWriter out) {
        byte[] bytes = name.getBytes(UTF_8);
        out.block(bytes, 0, bytes.length);
        out.u8(keyType.number());
        out.varint(keyBytes);
        out.varint(columns.size());
        for (Column column : columns) {
            out.u8(column.type().number());
            out.varint(column.elements());
            out.varint(column.periodMs());
        }
    }

    /** Null when the bytes are no schema; one with a type of a later version is none for us. */
    static @Nullable Schema decode(ByteReader in) {
        String name = new String(in.block(MAX_NAME_BYTES), UTF_8);
        KeyType keyType = KeyType.numbered(in.u8());
        int keyBytes = in.bounded(TableDefinition.MAX_KEY_BYTES);
        int count = in.bounded(64);
        List<Column> columns = new ArrayList<>();
        boolean good = keyType != null && keyBytes > 0;
        int last = -1;
        for (int i = 0; i < count && !in.failed(); i++) {
            int number = in.u8();
            DataType type = DataType.numbered(number);
            int elements = in.bounded(DataType.MAX_ELEMENTS);
            int periodMs = in.bounded(Integer.MAX_VALUE);
            good &= number > last
                    && type != null
                    && elements >= 1
                    && (type.isArray() || elements == 1)
                    && (type.isRate() || periodMs == 0);
            last = number;
            if (good && type != null) {
                columns.add(new Column(type, elements, periodMs));
            }
        }
        boolean fixed = keyType == null || keyType.fixedBytes() == 0 || keyType.fixedBytes() == keyBytes;
        return in.failed() || !good || !fixed || keyType == null ? null : new Schema(name, keyType, keyBytes, columns);
    }

    /**
     * Where each column of a remote schema goes here: its place, or -1 where this node does not store it. Null when cells
     * cannot be taken at all: other keys, or a rate over another period.
     */
    int @Nullable [] mapOf(Schema remote) {
        if (remote.keyType != keyType || remote.keyBytes != keyBytes) {
            return null;
        }
        int[] places = new int[remote.columns.size()];
        for (int r = 0; r < places.length; r++) {
            Column theirs = remote.columns.get(r);
            places[r] = -1;
            for (int c = 0; c < columns.size(); c++) {
                if (columns.get(c).type() == theirs.type()) {
                    if (!columns.get(c).equals(theirs)) {
                        return null;
                    }
                    places[r] = c;
                }
            }
        }
        return places;
    }
}
