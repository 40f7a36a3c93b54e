// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

/** What a line of a section does to the draft of that section. */
@FunctionalInterface
public interface Directive {
    /**
     * Applies one line. Problems are reported through {@code line}; throws only {@link LineError}, which the caller
     * reports.
     *
     * @param line the words of the line, its first argument next
     * @param draft the section being drafted
     */
    void apply(Arguments line, Draft draft);
}
