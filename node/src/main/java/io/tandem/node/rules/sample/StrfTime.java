// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** The conversions of strftime(3) that dates are made of, in the C locale. */
final class StrfTime {
    private static final Map<Character, String> PATTERNS = Map.ofEntries(
            Map.entry('Y', "yyyy"),
            Map.entry('m', "MM"),
            Map.entry('d', "dd"),
            Map.entry('H', "HH"),
            Map.entry('M', "mm"),
            Map.entry('S', "ss"),
            Map.entry('y', "yy"),
            Map.entry('j', "DDD"),
            Map.entry('b', "MMM"),
            Map.entry('h', "MMM"),
            Map.entry('B', "MMMM"),
            Map.entry('a', "EEE"),
            Map.entry('A', "EEEE"),
            Map.entry('I', "hh"),
            Map.entry('p', "a"),
            Map.entry('z', "xx"),
            Map.entry('Z', "zzz"),
            Map.entry('F', "yyyy-MM-dd"),
            Map.entry('T', "HH:mm:ss"),
            Map.entry('R', "HH:mm"),
            Map.entry('D', "MM/dd/yy"));

    private StrfTime() {}

    /** @throws SampleError if the format has a conversion that is not known here */
    static void check(String format) {
        for (int i = 0; i + 1 < format.length(); i++) {
            if (format.charAt(i) == '%') {
                char c = format.charAt(++i);
                if (!PATTERNS.containsKey(c) && "%snte".indexOf(c) < 0) {
                    throw new SampleError("'%" + c + "' is not supported by this version of tandem");
                }
            }
        }
    }

    static String format(String format, ZonedDateTime time) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                text.append(c);
                continue;
            }
            char conversion = format.charAt(++i);
            String pattern = PATTERNS.get(conversion);
            if (pattern != null) {
                text.append(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time));
            } else {
                switch (conversion) {
                    case 's' -> text.append(time.toEpochSecond());
                    case 'n' -> text.append('\n');
                    case 't' -> text.append('\t');
                    case 'e' -> text.append(String.format("%2d", time.getDayOfMonth()));
                    default -> text.append(conversion);
                }
            }
        }
        return text.toString();
    }
}
