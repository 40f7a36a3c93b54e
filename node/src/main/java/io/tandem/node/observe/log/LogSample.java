// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code sample <ranges>:<size>}: of each so many lines, those of these numbers. Immutable. */
final class LogSample {
    private final boolean[] wanted;

    private LogSample(boolean[] wanted) {
        this.wanted = wanted;
    }

    /** Why a text is no sample, worded as HAProxy. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String text) {
            super(text, null, false, false);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    /** @param text {@code 1-3,5:6} */
    static LogSample parse(String text) throws Malformed {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new Malformed("Missing sample size");
        }
        String ranges = text.substring(0, colon);
        if (ranges.isEmpty()) {
            throw new Malformed("no sampling ranges given");
        }
        boolean[] numbers = new boolean[0];
        for (String range : ranges.split(",", -1)) {
            numbers = with(range, numbers);
        }
        String sizeText = text.substring(colon + 1);
        int size = number(sizeText);
        if (size <= 0) {
            throw new Malformed("wrong sample size '" + sizeText + "' for sample range '" + ranges + "'");
        }
        int last = numbers.length - 1;
        if (size < last) {
            throw new Malformed("sample size " + size + " should be greater or equal to " + last
                    + " the maximum of the high ranges limits");
        }
        boolean[] wanted = new boolean[size];
        System.arraycopy(numbers, 1, wanted, 0, last);
        return new LogSample(wanted);
    }

    private static boolean[] with(String range, boolean[] before) throws Malformed {
        int dash = range.indexOf('-');
        int low = number(dash < 0 ? range : range.substring(0, dash));
        int high = dash < 0 ? low : number(range.substring(dash + 1));
        if (low <= 0 || high < low) {
            throw new Malformed("wrong sample range '" + range + "'");
        }
        boolean[] numbers = Arrays.copyOf(before, Math.max(before.length, high + 1));
        for (int i = low; i <= high; i++) {
            if (numbers[i]) {
                throw new Malformed("ranges are overlapping");
            }
            numbers[i] = true;
        }
        return numbers;
    }

    /** A number of at most six digits, or -1. */
    private static int number(String digits) {
        boolean fine =
                !digits.isEmpty() && digits.length() <= 6 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return fine ? Integer.parseInt(digits) : -1;
    }

    /** Counts a line, and says whether it is one of those. */
    boolean takes(AtomicInteger count) {
        int number = count.getAndUpdate(n -> n + 1 >= wanted.length ? 0 : n + 1);
        return wanted[number];
    }
}
