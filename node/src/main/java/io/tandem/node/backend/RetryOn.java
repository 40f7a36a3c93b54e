// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code retry-on}: which failures of a server make its request go out again.
 *
 * @param failures a bit for each {@link Failure}, and one for each of the statuses behind them
 */
public record RetryOn(int failures) {
    /** What can go wrong at a server before its response counts (HAProxy manual, {@code retry-on}). */
    public enum Failure {
        /** There is no connection, and nothing has been sent. */
        CONN_FAILURE,
        /** The server has closed without a word. */
        EMPTY_RESPONSE,
        /** What it sent is no HTTP response, or not a whole head of one. */
        JUNK_RESPONSE,
        /** It has said nothing for {@code timeout server}. */
        RESPONSE_TIMEOUT,
        /** TLS early data was not accepted. */
        REJECTED_0RTT;

        @SuppressWarnings("EnumOrdinal") // a bit each; nothing is stored
        private int bit() {
            return 1 << ordinal();
        }
    }

    private static final int[] STATUSES = {401, 403, 404, 408, 425, 500, 501, 502, 503, 504};
    private static final int FAILURES = Failure.values().length;

    /** What HAProxy begins with: only what cannot have reached the server. */
    public static final RetryOn DEFAULT = new RetryOn(Failure.CONN_FAILURE.bit());

    /** Whether that failure is retried. */
    public boolean covers(Failure failure) {
        return (failures & failure.bit()) != 0;
    }

    /** Whether a response of that status is thrown away and the request sent again. */
    public boolean coversStatus(int status) {
        return failures >>> FAILURES != 0 && (failures & statusBit(status)) != 0;
    }

    /** Whether a request must be kept after it has been sent. */
    public boolean needsRequest() {
        return (failures & ~Failure.CONN_FAILURE.bit()) != 0;
    }

    private static int statusBit(int status) {
        for (int i = 0; i < STATUSES.length; i++) {
            if (STATUSES[i] == status) {
                return 1 << FAILURES + i;
            }
        }
        return 0;
    }

    /** The bits of a word of the line, or null where it is none of them. */
    static @Nullable Integer bits(String word) {
        return switch (word) {
            case "conn-failure" -> Failure.CONN_FAILURE.bit();
            case "empty-response" -> Failure.EMPTY_RESPONSE.bit();
            case "junk-response" -> Failure.JUNK_RESPONSE.bit();
            case "response-timeout" -> Failure.RESPONSE_TIMEOUT.bit();
            case "0rtt-rejected" -> Failure.REJECTED_0RTT.bit();
            case "all-retryable-errors" -> (1 << FAILURES) - 1 | statusBits(List.of(500, 502, 503, 504));
            default -> {
                int status = word.matches("[0-9]{3}") ? statusBit(Integer.parseInt(word)) : 0;
                yield status == 0 ? null : status;
            }
        };
    }

    private static int statusBits(List<Integer> statuses) {
        return statuses.stream().mapToInt(RetryOn::statusBit).reduce(0, (a, b) -> a | b);
    }
}
