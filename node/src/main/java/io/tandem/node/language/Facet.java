// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

/**
 * What one feature remembers of a section while it is read. Each feature declares its own facet beside its keywords, so
 * that a new feature touches no common class.
 */
public interface Facet {
    /** A copy for a section that starts from these defaults; a facet that does not inherit returns a fresh one. */
    Facet inherit();
}
