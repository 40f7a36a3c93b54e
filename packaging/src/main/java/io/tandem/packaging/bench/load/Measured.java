// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.load;

/**
 * What came of a {@link Plan}.
 *
 * @param answered complete answers with status 2xx
 * @param refused complete answers with another status
 * @param failed connections that could not be made or ended before an answer
 * @param unsent requests that were due and found no connection to go by
 * @param unanswered requests under way when the time was over
 * @param seconds from the first request that was due to the last answer waited for
 * @param latencies of the answers, from when their request was due
 */
public record Measured(
        long answered, long refused, long failed, long unsent, long unanswered, double seconds, Latencies latencies) {

    public double perSecond() {
        return answered / seconds;
    }

    /** Neither an error nor a status but 2xx. */
    public boolean clean() {
        return refused == 0 && failed == 0 && unsent == 0;
    }
}
