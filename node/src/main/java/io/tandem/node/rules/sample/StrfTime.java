// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Dates by a format of strftime(3), in the C locale, with the GNU C library's flags ({@code -_0^#}) and widths. What is no
 * conversion stands for itself, as there.
 */
final class StrfTime {
    private static final String FLAGS = "-_0^#";
    private static final int MAX_WIDTH = 99;
    private static final List<String> DAYS =
            List.of("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday");
    private static final List<String> MONTHS = List.of(
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December");

    private StrfTime() {}

    /**
     * Writes {@code time} by {@code format}.
     *
     * @param fine whether {@code %N} is a conversion too, as in date(1): nanoseconds, or their first digits ({@code %3N})
     */
    static String format(String format, CivilTime time, boolean fine) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at);
            if (c == '%' && at + 1 < format.length()) {
                at = conversion(format, at, time, fine, text);
            } else {
                text.append(c);
                at++;
            }
        }
        return text.toString();
    }

    /** Writes the conversion at {@code percent}; answers what is behind it. */
    private static int conversion(String format, int percent, CivilTime time, boolean fine, StringBuilder out) {
        int at = percent + 1;
        StringBuilder flags = new StringBuilder();
        while (at < format.length() && FLAGS.indexOf(format.charAt(at)) >= 0) {
            flags.append(format.charAt(at++));
        }
        int width = 0;
        while (at < format.length() && Character.digit(format.charAt(at), 10) >= 0) {
            width = Math.min(MAX_WIDTH, width * 10 + Character.digit(format.charAt(at++), 10));
        }
        if (at < format.length() && (format.charAt(at) == 'E' || format.charAt(at) == 'O')) {
            at++;
        }
        if (fine && at < format.length() && format.charAt(at) == 'N') {
            out.append(padded(time.nanos(), 9, '0'), 0, width == 0 ? 9 : Math.min(9, width));
            return at + 1;
        }
        String value = at < format.length() ? value(format.charAt(at), time, flags.toString(), width) : null;
        if (value == null) {
            out.append(format, percent, Math.min(format.length(), at + 1));
        } else {
            out.append(value);
        }
        return at + 1;
    }

    private static @Nullable String value(char conversion, CivilTime time, String flags, int width) {
        String text =
                switch (conversion) {
                    case 'a' -> DAYS.get(time.weekday()).substring(0, 3);
                    case 'A' -> DAYS.get(time.weekday());
                    case 'b', 'h' -> MONTHS.get(time.month() - 1).substring(0, 3);
                    case 'B' -> MONTHS.get(time.month() - 1);
                    case 'c' -> format("%a %b %e %H:%M:%S %Y", time, false);
                    case 'D', 'x' -> format("%m/%d/%y", time, false);
                    case 'F' -> format("%Y-%m-%d", time, false);
                    case 'n' -> "\n";
                    case 'p' -> time.hour() < 12 ? "AM" : "PM";
                    case 'P' -> time.hour() < 12 ? "am" : "pm";
                    case 'r' -> format("%I:%M:%S %p", time, false);
                    case 'R' -> format("%H:%M", time, false);
                    case 't' -> "\t";
                    case 'T', 'X' -> format("%H:%M:%S", time, false);
                    case 'z' -> offset(time);
                    case 'Z' -> time.zone();
                    case '%' -> "%";
                    default -> null;
                };
        if (text == null) {
            return number(conversion, time, flags, width);
        }
        String cased = flags.contains("^") || (flags.contains("#") && conversion != 'p' && conversion != 'Z')
                ? text.toUpperCase(Locale.ROOT)
                : flags.contains("#") ? text.toLowerCase(Locale.ROOT) : text;
        return (flags.contains("0") ? "0" : " ").repeat(Math.max(0, width - cased.length())) + cased;
    }

    private static String offset(CivilTime time) {
        int minutes = time.offset() / 60;
        int size = Math.abs(minutes);
        return (minutes < 0 ? "-" : "+") + padded(size / 60, 2, '0') + padded(size % 60, 2, '0');
    }

    private static @Nullable String number(char conversion, CivilTime time, String flags, int width) {
        int hour12 = (time.hour() + 11) % 12 + 1;
        int day = time.dayOfYear();
        return switch (conversion) {
            case 'C' -> field(Math.floorDiv(time.year(), 100), 2, '0', flags, width);
            case 'd' -> field(time.day(), 2, '0', flags, width);
            case 'e' -> field(time.day(), 2, ' ', flags, width);
            case 'g' -> field(Math.floorMod(time.isoYear(), 100), 2, '0', flags, width);
            case 'G' -> field(time.isoYear(), 1, '0', flags, width);
            case 'H' -> field(time.hour(), 2, '0', flags, width);
            case 'I' -> field(hour12, 2, '0', flags, width);
            case 'j' -> field(day, 3, '0', flags, width);
            case 'k' -> field(time.hour(), 2, ' ', flags, width);
            case 'l' -> field(hour12, 2, ' ', flags, width);
            case 'm' -> field(time.month(), 2, '0', flags, width);
            case 'M' -> field(time.minute(), 2, '0', flags, width);
            case 's' -> field(time.epochSecond(), 1, '0', flags, width);
            case 'S' -> field(time.second(), 2, '0', flags, width);
            case 'u' -> field(time.isoWeekday(), 1, '0', flags, width);
            case 'U' -> field((day + 6 - time.weekday()) / 7, 2, '0', flags, width);
            case 'V' -> field(time.isoWeek(), 2, '0', flags, width);
            case 'w' -> field(time.weekday(), 1, '0', flags, width);
            case 'W' -> field((day + 6 - (time.isoWeekday() - 1)) / 7, 2, '0', flags, width);
            case 'y' -> field(Math.floorMod(time.year(), 100), 2, '0', flags, width);
            case 'Y' -> field(time.year(), 1, '0', flags, width);
            default -> null;
        };
    }

    private static String field(long value, int digits, char pad, String flags, int width) {
        if (flags.contains("-")) {
            return String.valueOf(value);
        }
        char filler = flags.contains("_") ? ' ' : flags.contains("0") ? '0' : pad;
        return padded(value, Math.max(digits, width), filler);
    }

    private static String padded(long value, int digits, char filler) {
        String text = String.valueOf(value);
        return String.valueOf(filler).repeat(Math.max(0, digits - text.length())) + text;
    }
}
