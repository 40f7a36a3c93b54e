// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

import io.tandem.node.rules.Facts;

/** An exchange or a TCP session under way, as operators see it and end it. Calls come on its loop. */
public interface LiveSession {
    Facts facts();

    /**
     * Ends it, whatever it is doing.
     *
     * @param who why, as logs say it: {@link io.tandem.node.rules.Termination#KILLED}
     */
    void kill(char who);

    /** Bytes received from the client so far. */
    long bytesIn();

    /** Bytes sent to the client so far. */
    long bytesOut();

    /** Adds what it has carried so far to the counters, rather than at its end ({@code option contstats}). */
    void countBytes();
}
