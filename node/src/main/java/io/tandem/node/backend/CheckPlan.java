// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.List;

/**
 * What the health checks of a backend's servers ask, and what they want to hear.
 *
 * @param request the bytes of an HTTP request, or none where a connection is enough
 * @param accepted ranges of status codes that are good
 * @param inverted {@code ! status}: those ranges are bad, all others are good
 * @param logsEach {@code option log-health-checks}: every change is told, not only up and down
 */
@SuppressWarnings("ArrayRecordComponent") // written to servers, never compared
public record CheckPlan(byte[] request, List<Range> accepted, boolean inverted, boolean logsEach) {
    /** Status codes from one to another, both included. */
    public record Range(int first, int last) {}

    /** A connection is enough. */
    public static final CheckPlan CONNECT = new CheckPlan(new byte[0], List.of(), false, false);

    public CheckPlan {
        accepted = List.copyOf(accepted);
    }

    /** Whether there is anything to say once connected. */
    public boolean asks() {
        return request.length > 0;
    }

    public boolean accepts(int status) {
        boolean listed = accepted.stream().anyMatch(range -> status >= range.first() && status <= range.last());
        return listed != inverted;
    }
}
