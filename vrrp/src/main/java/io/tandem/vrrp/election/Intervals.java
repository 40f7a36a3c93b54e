// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

/** The two waiting times of a Backup, exact to the nanosecond. */
public final class Intervals {
    private static final long SECOND_NS = 1_000_000_000L;

    private Intervals() {}

    /**
     * How much longer than {@code downAdverts} intervals a Backup waits: shorter the higher its priority, so that the
     * best-placed Backup times out first and the others hear it in time.
     *
     * @param version 2: a fraction of a second, whatever the interval; 3: a fraction of the Active router's interval
     * @param priority this router's own, 1..255
     * @return nanoseconds, always positive
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9568#section-6.1">RFC 9568 §6.1</a>
     */
    public static long skewNs(int version, int priority, long activeAdvertIntervalNs) {
        if (priority < 1 || priority > 255 || activeAdvertIntervalNs <= 0) {
            throw new IllegalArgumentException(
                    "priority=" + priority + " activeAdvertIntervalNs=" + activeAdvertIntervalNs);
        }
        return (256 - priority) * (version == 2 ? SECOND_NS : activeAdvertIntervalNs) / 256;
    }

    /** How long a Backup waits without hearing an advertisement before it takes over: Active_Down_Interval. */
    public static long downNs(int version, int priority, long activeAdvertIntervalNs, int downAdverts) {
        return downAdverts * activeAdvertIntervalNs + skewNs(version, priority, activeAdvertIntervalNs);
    }
}
