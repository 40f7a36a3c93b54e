// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import java.util.List;

/**
 * What a {@code resolvers} section says (HAProxy manual 5.3.2). Times in milliseconds.
 *
 * @param retries queries of each kind before the search is given up
 * @param resolveMs from the end of one search to the next
 * @param retryMs how long responses are waited for
 * @param holds how long a server keeps its address after a failure
 * @param payloadSize the largest message that is taken, 12..65535
 */
record ResolversSettings(
        String name,
        List<NameserverSettings> nameservers,
        int retries,
        int resolveMs,
        int retryMs,
        Holds holds,
        int payloadSize) {
    /**
     * The {@code hold} lines, milliseconds.
     *
     * @param obsolete how long a record counts that is not in the answers any more
     * @param valid how long rules are given an answer that is known already
     */
    record Holds(int nx, int refused, int timeout, int other, int obsolete, int valid) {
        /** How old the last answer may be for {@code status} to be passed over. */
        int of(Status status) {
            return switch (status) {
                case NX -> nx;
                case REFUSED -> refused;
                case TIMEOUT -> timeout;
                case OTHER, NONE, VALID -> other;
            };
        }
    }

    ResolversSettings {
        nameservers = List.copyOf(nameservers);
    }
}
