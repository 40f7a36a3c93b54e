// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version as {@code -v} shows it: {@code 2.6.12}, {@code 2.4-dev19}, {@code 2.6.12-3} (three commits later), and of TLS
 * libraries {@code 1.1.1w}. Missing parts are zero; a development version comes before its release.
 */
record Version(long major, long minor, long patch, long level, long development, long commits)
        implements Comparable<Version> {
    private static final Pattern SYNTAX = Pattern.compile(
            "\\s*(\\d{0,9})(?:\\.(\\d{0,9}))?(?:\\.(\\d{0,9}))?"
                    + "(?:\\.(\\d{1,9})|([a-z]))?(?:-(?:dev|rc)(\\d{0,9}))?.*?(?:-(\\d{1,9}))?",
            Pattern.DOTALL);
    private static final long RELEASED = Long.MAX_VALUE;
    private static final Comparator<Version> ORDER = Comparator.comparingLong(Version::major)
            .thenComparingLong(Version::minor)
            .thenComparingLong(Version::patch)
            .thenComparingLong(Version::level)
            .thenComparingLong(Version::development)
            .thenComparingLong(Version::commits);

    /** Reads as much of {@code text} as is a version; the rest, such as a packager's suffix, does not count. */
    static Version parse(String text) {
        Matcher parts = SYNTAX.matcher(text);
        if (!parts.matches()) {
            return new Version(0, 0, 0, 0, RELEASED, 0);
        }
        String letter = parts.group(5);
        return new Version(
                number(parts, 1),
                number(parts, 2),
                number(parts, 3),
                letter != null ? letter.charAt(0) - 'a' + 1 : number(parts, 4),
                parts.group(6) == null ? RELEASED : number(parts, 6),
                number(parts, 7));
    }

    private static long number(Matcher parts, int group) {
        String digits = parts.group(group);
        return digits == null || digits.isEmpty() ? 0 : Long.parseLong(digits);
    }

    @Override
    public int compareTo(Version other) {
        return ORDER.compare(this, other);
    }
}
