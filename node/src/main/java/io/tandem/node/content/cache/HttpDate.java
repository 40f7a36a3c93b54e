// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import java.time.DateTimeException;
import java.time.LocalDate;

/** Dates in all three forms of RFC 9110 section 5.6.7. */
final class HttpDate {
    /** What is no date. */
    static final long NONE = -1;

    private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

    private final byte[] bytes;
    private final int end;
    private int at;

    private HttpDate(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.end = end;
        at = start;
    }

    /** Seconds since 1970, or {@link #NONE}. */
    static long parse(byte[] bytes, int start, int end) {
        return new HttpDate(bytes, start, end).parse();
    }

    private long parse() {
        while (at < end && bytes[at] != ',' && bytes[at] != ' ') {
            at++; // the day of the week says nothing new
        }
        if (at == end) {
            return NONE;
        }
        if (bytes[at] == ' ') {
            return asctime();
        }
        at++;
        skip(' ');
        int day = number(2);
        char between = at < end ? (char) bytes[at] : 0;
        if (between != ' ' && between != '-') {
            return NONE;
        }
        skip(between);
        int month = month();
        if (!skip(between)) {
            return NONE;
        }
        int digits = at;
        int year = number(4);
        if (at - digits == 2) {
            year += year < 70 ? 2000 : 1900; // RFC 850
        }
        return skip(' ') ? epochSecond(year, month, day, clock()) : NONE;
    }

    /** {@code Sun Nov  6 08:49:37 1994}. */
    private long asctime() {
        skip(' ');
        int month = month();
        skip(' ');
        skip(' ');
        int day = number(2);
        if (!skip(' ')) {
            return NONE;
        }
        int clock = clock();
        return skip(' ') ? epochSecond(number(4), month, day, clock) : NONE;
    }

    private static long epochSecond(int year, int month, int day, int clock) {
        if (year < 1970 || month < 1 || day < 1 || day > 31 || clock < 0) {
            return NONE;
        }
        try {
            return LocalDate.of(year, month, day).toEpochDay() * 86_400 + clock;
        } catch (DateTimeException noSuchDay) {
            return NONE;
        }
    }

    /** {@code 08:49:37} as seconds, or negative. */
    private int clock() {
        int hour = number(2);
        boolean colons = skip(':');
        int minute = number(2);
        colons &= skip(':');
        int second = number(2);
        boolean valid = colons && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second <= 60;
        return valid ? hour * 3600 + minute * 60 + second : -1;
    }

    /** 1..12, or 0. */
    private int month() {
        if (end - at < 3) {
            return 0;
        }
        StringBuilder name = new StringBuilder(3);
        for (int i = 0; i < 3; i++) {
            name.append((char) (bytes[at++] | 0x20));
        }
        int index = MONTHS.indexOf(name.toString());
        return index >= 0 && index % 3 == 0 ? index / 3 + 1 : 0;
    }

    private boolean skip(char c) {
        if (at < end && bytes[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    /** Up to {@code digits} digits, negative without any. */
    private int number(int digits) {
        int value = -1;
        for (int i = 0; i < digits && at < end && bytes[at] >= '0' && bytes[at] <= '9'; i++) {
            value = Math.max(0, value) * 10 + bytes[at++] - '0';
        }
        return value;
    }
}
