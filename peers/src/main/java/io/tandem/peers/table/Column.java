// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.table;

/**
 * One stored data type with its parameters.
 *
 * @param type what is stored
 * @param elements 1..100 for the array types, else 1
 * @param periodMs of a rate, else 0
 */
public record Column(DataType type, int elements, int periodMs) {
    public Column {
        if (elements < 1 || elements > DataType.MAX_ELEMENTS || (!type.isArray() && elements != 1)) {
            throw new IllegalArgumentException(type.word() + ": " + elements + " elements");
        }
        if (periodMs < 0 || (!type.isRate() && periodMs != 0)) {
            throw new IllegalArgumentException(type.word() + ": period of " + periodMs + " ms");
        }
    }

    /** A column without parameters. */
    public static Column of(DataType type) {
        return new Column(type, 1, 0);
    }

    /** A rate over that period. */
    public static Column rate(DataType type, int periodMs) {
        return new Column(type, 1, periodMs);
    }
}
