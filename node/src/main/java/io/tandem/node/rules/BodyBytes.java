// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

/** What is here of a message's body while its rules are judged. On the exchange's loop. */
public interface BodyBytes {
    /** How many bytes are here. */
    int length();

    /** Copies the first {@code length} of them to {@code to}, from index {@code at} on. */
    void copy(byte[] to, int at, int length);

    /** Whether they are all of the body. */
    default boolean isWhole() {
        return true;
    }
}
