// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.balance;

import io.tandem.node.backend.Server;

/**
 * A server that may be chosen.
 *
 * @param weight 1..256, as it was when the selector was made
 */
record Candidate(Server server, int weight) {
    /** Whether {@link Selector#select} may answer it now. */
    boolean isFree(@org.jspecify.annotations.Nullable Server avoid) {
        return server != avoid && !server.isFull();
    }
}
