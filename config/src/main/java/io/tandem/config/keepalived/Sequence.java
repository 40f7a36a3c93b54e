// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code ~SEQ(VAR, START, STEP, END) line}, {@code ~SEQx(...)} and {@code ~LST(VAR, A, B) line}: a line that stands for
 * several, each behind the definitions it is read with.
 */
final class Sequence {
    private static final Pattern SEQUENCE = Pattern.compile("~SEQ(x?)\\(([^)]*)\\)\\s*(\\S.*)", Pattern.DOTALL);
    private static final Pattern LIST = Pattern.compile("~LST\\(([^)]*)\\)\\s*(\\S.*)", Pattern.DOTALL);
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";
    private static final int MOST = 65_536;

    private Sequence() {}

    static boolean isOne(String line) {
        return line.startsWith("~SEQ") || line.startsWith("~LST");
    }

    /** The lines, or null where this is no sequence or has too many. */
    static @Nullable List<String> expand(String line) {
        Matcher sequence = SEQUENCE.matcher(line);
        if (sequence.matches()) {
            boolean hex = !sequence.group(1).isEmpty();
            return numbers(sequence.group(2).split(",", -1), hex, sequence.group(3));
        }
        Matcher list = LIST.matcher(line);
        return list.matches() ? values(list.group(1), list.group(2)) : null;
    }

    private static @Nullable List<String> numbers(String[] parts, boolean hex, String rest) {
        if (parts.length < 2 || parts.length > 4 || !parts[0].strip().matches(NAME)) {
            return null;
        }
        long[] given = new long[parts.length - 1];
        for (int i = 1; i < parts.length; i++) {
            try {
                given[i - 1] = Long.decode(parts[i].strip());
            } catch (NumberFormatException e) {
                return null;
            }
        }
        long end = given[given.length - 1];
        long start = given.length == 1 ? end > 0 ? 1 : -1 : given[0];
        long step = given.length == 3 ? given[1] : end >= start ? 1 : -1;
        if (step == 0 || Math.abs(start) > 1L << 40 || Math.abs(end) > 1L << 40) {
            return null;
        }
        List<String> lines = new ArrayList<>();
        for (long value = start; step > 0 ? value <= end : value >= end; value += step) {
            if (lines.size() > 2 * MOST) {
                return null;
            }
            lines.add("$" + parts[0].strip() + "=" + (hex ? Long.toHexString(value) : Long.toString(value)));
            lines.add(rest);
        }
        return lines;
    }

    private static @Nullable List<String> values(String text, String rest) {
        List<List<String>> items = items(text);
        if (items.size() < 2) {
            return null;
        }
        List<String> names = items.get(0);
        List<String> lines = new ArrayList<>();
        for (List<String> values : items.subList(1, items.size())) {
            if (values.size() != names.size()) {
                return null;
            }
            for (int i = 0; i < names.size(); i++) {
                if (!names.get(i).matches(NAME)) {
                    return null;
                }
                lines.add("$" + names.get(i) + "=" + values.get(i));
            }
            lines.add(rest);
        }
        return lines;
    }

    /** {@code {A, B}, {1, 2}} or {@code A, 1}. */
    private static List<List<String>> items(String text) {
        List<List<String>> items = new ArrayList<>();
        int depth = 0;
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? ',' : text.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (c == ',' && depth <= 0) {
                String item = text.substring(from, i).strip();
                boolean braces = item.startsWith("{") && item.endsWith("}");
                items.add(
                        braces
                                ? Arrays.stream(item.substring(1, item.length() - 1)
                                                .split(",", -1))
                                        .map(String::strip)
                                        .toList()
                                : List.of(item));
                from = i + 1;
            }
        }
        return items;
    }
}
