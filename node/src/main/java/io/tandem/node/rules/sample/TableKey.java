// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.Facts;
import io.tandem.peers.table.KeyType;
import io.tandem.peers.table.StickTable;

/** A sample as the key of a stick table. */
public final class TableKey {
    private TableKey() {}

    /** What a sample is cast to before it becomes a key. */
    public static SampleType type(KeyType type) {
        return switch (type) {
            case INTEGER -> SampleType.INTEGER;
            case IP -> SampleType.IPV4;
            case IPV6 -> SampleType.IPV6;
            case STRING -> SampleType.STRING;
            case BINARY -> SampleType.BINARY;
        };
    }

    /** Whether a value declared as {@code value} can be a key of that type. */
    public static boolean accepts(KeyType type, SampleType value) {
        return Casts.possible(value, type(type));
    }

    /** Turns {@code value} into the bytes {@code start..end} of a key, in place; false where it cannot be one. */
    public static boolean make(StickTable table, Facts facts, Sample value) {
        Scratch scratch = facts.scratch;
        KeyType type = table.definition().keyType();
        if (!Casts.cast(type(type), scratch, value)) {
            return false;
        }
        if (type == KeyType.INTEGER || type == KeyType.IP) {
            if (scratch.room() < 4) {
                return false;
            }
            int at = scratch.claim(4);
            for (int i = 0; i < 4; i++) {
                scratch.bytes()[at + i] = (byte) (value.number >> (24 - i * 8));
            }
            value.set(SampleType.BINARY, scratch.bytes(), at, at + 4);
        }
        return true;
    }

    /** The held entry of the value, or {@link StickTable#NONE}; the caller releases it. */
    public static int find(StickTable table, Facts facts, Sample value, long nowMs) {
        return make(table, facts, value)
                ? table.find(value.bytes, value.start, value.length(), nowMs)
                : StickTable.NONE;
    }

    /** The held entry of the value, created where there is none; {@link StickTable#NONE} when that cannot be. */
    public static int findOrCreate(StickTable table, Facts facts, Sample value, long nowMs) {
        return make(table, facts, value)
                ? table.findOrCreate(value.bytes, value.start, value.length(), nowMs)
                : StickTable.NONE;
    }
}
