// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

/** How the search for a name ended, or what a response is worth. */
enum Status {
    /** Nothing is known yet. */
    NONE(""),
    /** There is an answer. */
    VALID(""),
    NX("DNS NX status"),
    REFUSED("DNS refused status"),
    TIMEOUT("DNS timeout status"),
    /** Any other error. */
    OTHER("unspecified DNS error");

    private final String words;

    Status(String words) {
        this.words = words;
    }

    /** Why a server has no address, as HAProxy says it. */
    String words() {
        return words;
    }
}
