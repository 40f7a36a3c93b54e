// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/** {@code s}, {@code ms} or {@code us}, as fetches on dates take them. */
enum TimeUnitName {
    S(1_000_000),
    MS(1000),
    US(1);

    private final long micros;

    TimeUnitName(long micros) {
        this.micros = micros;
    }

    /**
     * The unit of that name; seconds where none is given.
     *
     * @throws SampleError if it is another
     */
    static TimeUnitName of(String text) {
        return switch (text) {
            case "", "s" -> S;
            case "ms" -> MS;
            case "us" -> US;
            default -> throw new SampleError("expects 's', 'ms' or 'us', got '" + text + "'");
        };
    }

    /** So many microseconds in this unit, rounded down. */
    long ofMicros(long count) {
        return count / micros;
    }
}
