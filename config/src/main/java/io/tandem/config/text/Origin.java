// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

/**
 * Where a token stands in the user's files.
 *
 * @param file the name as the user gave it ({@code -f}), never made absolute
 * @param line from 1
 * @param column from 1, in characters; 0 when only the line is known
 */
public record Origin(String file, int line, int column) {
    /** {@code FILE:LINE}, as HAProxy's messages have it. */
    public String place() {
        return file + ":" + line;
    }

    @Override
    public String toString() {
        return column > 0 ? place() + ":" + column : place();
    }
}
