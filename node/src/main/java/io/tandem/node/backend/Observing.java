// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

/**
 * How a server's traffic tells about its health ({@code observe}, {@code error-limit}, {@code on-error}).
 *
 * @param responses whether responses count, too, and not connections alone
 * @param errorLimit errors in a row until {@code then}, at least 1
 */
public record Observing(boolean responses, int errorLimit, OnError then) {
    /** What follows from too many errors in a row. The next check comes soon in any case. */
    public enum OnError {
        /** Nothing else. */
        FASTINTER,
        /** They count as a failed check. */
        FAIL_CHECK,
        /** They count as failed checks up to the last but one. */
        SUDDEN_DEATH,
        /** The server is down. */
        MARK_DOWN
    }
}
