// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.text;

/**
 * One word of a line after quotes, escapes and environment have been resolved.
 *
 * @param text the resolved text
 * @param origin where its first character stands
 */
public record Word(String text, Origin origin) {
    @Override
    public String toString() {
        return text;
    }
}
