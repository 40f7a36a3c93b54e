// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.TimeZone;

/**
 * A point in time as a calendar and a clock show it, also millions of years from now: what clients send may be any number.
 *
 * @param year in the Gregorian calendar
 * @param month 1..12
 * @param day of the month, from 1
 * @param dayOfYear from 1
 * @param weekday 0 Sunday .. 6 Saturday
 * @param offset of the zone, seconds east
 * @param epochSecond since 1970 in UTC
 * @param nanos of the second
 * @param zone its name then: {@code GMT}, {@code CEST}
 */
record CivilTime(
        long year,
        int month,
        int day,
        int dayOfYear,
        int weekday,
        int hour,
        int minute,
        int second,
        int offset,
        long epochSecond,
        int nanos,
        String zone) {
    private static final long DAY_S = 86_400;
    /** What zones know of; later their last rule would hold, which nobody can tell. */
    private static final long LAST_OF_ZONES = 250_000_000_000L;

    private static final int ERA_YEARS = 400;
    private static final long ERA_DAYS = 146_097;
    private static final long DAYS_TO_1970 = 719_468; // from March 1st of year 0

    /** What the C library can tell: HAProxy takes the low 55 bits of a number of seconds, also of a negative one. */
    static long bounded(long second) {
        return second & 0x007F_FFFF_FFFF_FFFFL;
    }

    /** At that second, anything within 56 bits. */
    static CivilTime of(long known, int nanos, ZoneId zone) {
        int offset =
                zone.getRules().getOffset(Instant.ofEpochSecond(zoned(known))).getTotalSeconds();
        long local = known + offset;
        long days = Math.floorDiv(local, DAY_S);
        int clock = (int) Math.floorMod(local, DAY_S);
        long shifted = days + DAYS_TO_1970;
        long era = Math.floorDiv(shifted, ERA_DAYS);
        int dayOfEra = (int) Math.floorMod(shifted, ERA_DAYS);
        int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int fromMarch = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int monthFromMarch = (5 * fromMarch + 2) / 153;
        int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        long year = era * ERA_YEARS + yearOfEra + (month <= 2 ? 1 : 0);
        int beforeMarch = isLeap(year) ? 60 : 59;
        return new CivilTime(
                year,
                month,
                fromMarch - (153 * monthFromMarch + 2) / 5 + 1,
                month <= 2 ? fromMarch - 305 : fromMarch + beforeMarch + 1,
                (int) Math.floorMod(days + 4, 7L),
                clock / 3600,
                clock / 60 % 60,
                clock % 60,
                offset,
                known,
                nanos,
                name(zone, known));
    }

    private static String name(ZoneId zone, long second) {
        if (zone.equals(ZoneOffset.UTC)) {
            return "GMT";
        }
        boolean summer = zone.getRules().isDaylightSavings(Instant.ofEpochSecond(zoned(second)));
        return TimeZone.getTimeZone(zone).getDisplayName(summer, TimeZone.SHORT, Locale.ENGLISH);
    }

    private static long zoned(long second) {
        return Math.max(-LAST_OF_ZONES, Math.min(second, LAST_OF_ZONES));
    }

    private static boolean isLeap(long year) {
        return year % 4 == 0 && (year % 100 != 0 || year % ERA_YEARS == 0);
    }

    /** 1 Monday .. 7 Sunday. */
    int isoWeekday() {
        return weekday == 0 ? 7 : weekday;
    }

    /** The week of ISO 8601, 1..53. */
    int isoWeek() {
        int week = (dayOfYear - isoWeekday() + 10) / 7;
        if (week < 1) {
            return weeksOf(year - 1);
        }
        return week > weeksOf(year) ? 1 : week;
    }

    /** The year that the week of ISO 8601 belongs to. */
    long isoYear() {
        int week = (dayOfYear - isoWeekday() + 10) / 7;
        if (week < 1) {
            return year - 1;
        }
        return week > weeksOf(year) ? year + 1 : year;
    }

    /** 53 where the year ends on a Thursday, or the one before it did on a Wednesday. */
    private static int weeksOf(long year) {
        return lastWeekday(year) == 4 || lastWeekday(year - 1) == 3 ? 53 : 52;
    }

    private static int lastWeekday(long year) {
        return (int) Math.floorMod(
                year + Math.floorDiv(year, 4) - Math.floorDiv(year, 100) + Math.floorDiv(year, ERA_YEARS), 7L);
    }
}
