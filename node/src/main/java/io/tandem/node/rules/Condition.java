// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

/** Whether something holds for an exchange: a compiled {@code if} or {@code unless}. */
@FunctionalInterface
public interface Condition {
    Condition ALWAYS = facts -> true;

    boolean test(Facts facts);

    /** Whether it asks for bytes in a buffer, of which a proxy in HTTP mode has none. */
    default boolean looksAtBytes() {
        return false;
    }
}
