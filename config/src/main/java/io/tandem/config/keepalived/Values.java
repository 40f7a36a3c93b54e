// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Parameters to values, complaining as keepalived does. */
final class Values {
    private final Findings findings;

    Values(Findings findings) {
        this.findings = findings;
    }

    /** The number, which has no sign; null with a complaint where it is none or out of range. */
    @Nullable Integer integer(Statement statement, int index, int min, int max) {
        return isNegative(statement, index) ? null : signed(statement, index, min, max);
    }

    /** keepalived tells this before it looks at the range. */
    private boolean isNegative(Statement statement, int index) {
        boolean negative = statement.parameter(index).startsWith("-");
        if (negative) {
            findings.error(statement.origin(), "negative number '" + statement.parameter(index) + "'");
        }
        return negative;
    }

    /** As {@link #integer}, up to what keepalived's 32 bits hold; what is more than ours counts as the most of it. */
    @Nullable Integer count(Statement statement, int index, int min) {
        String text = statement.parameter(index);
        if (isNegative(statement, index)) {
            return null;
        }
        if (!text.matches("\\d{1,18}")) {
            findings.error(statement.origin(), "invalid number '" + text + "'");
            return null;
        }
        long number = Long.parseLong(text);
        if (number < min || number > 0xffff_ffffL) {
            findings.error(statement.origin(), "number '" + text + "' outside range [" + min + ", 4294967295]");
            return null;
        }
        return (int) Math.min(number, Integer.MAX_VALUE);
    }

    /** In keepalived's words. */
    void complain(Statement statement, String text) {
        findings.error(statement.origin(), text);
    }

    /** What follows a weight: nothing or {@code reverse}. */
    boolean reverse(Statement statement, int index, String what) {
        String word = statement.parameter(index);
        if (!word.isEmpty() && !word.equals("reverse")) {
            findings.error(statement.origin(), what + " unknown weight option " + word);
        }
        return word.equals("reverse");
    }

    /** The number, or null with a complaint where it is none or out of range. */
    @Nullable Integer signed(Statement statement, int index, int min, int max) {
        String text = statement.parameter(index);
        if (!text.matches("[+-]?\\d{1,18}")) {
            findings.error(statement.origin(), "invalid number '" + text + "'");
            return null;
        }
        long number = Long.parseLong(text);
        if (number < min || number > max) {
            findings.error(statement.origin(), "number '" + text + "' outside range [" + min + ", " + max + "]");
            return null;
        }
        return (int) number;
    }

    /** Seconds with decimals, to the microsecond; null with a complaint where they are none or out of range. */
    @Nullable Duration seconds(Statement statement, int index, String min, String max) {
        String text = statement.parameter(index);
        if (isNegative(statement, index)) {
            return null;
        }
        if (!text.matches("\\d{1,9}(\\.\\d{0,9})?|\\.\\d{1,9}")) {
            findings.error(statement.origin(), "invalid number '" + text + "'");
            return null;
        }
        BigDecimal number = new BigDecimal(text);
        if (number.compareTo(new BigDecimal(min)) < 0 || number.compareTo(new BigDecimal(max)) > 0) {
            String range = String.format(Locale.ROOT, "[%.6f, %.6f]", Double.parseDouble(min), Double.parseDouble(max));
            findings.error(statement.origin(), "number '" + text + "' outside range " + range);
            return null;
        }
        return Duration.ofNanos(number.movePointRight(9).longValue());
    }

    /** A flag: alone it means yes. */
    boolean bool(Statement statement, boolean otherwise) {
        return bool(
                statement,
                otherwise,
                "invalid " + statement.keyword() + " value '" + statement.parameter(1) + "' - ignoring");
    }

    /** A flag, with keepalived's words for what is none. */
    boolean bool(Statement statement, boolean otherwise, String complaint) {
        Boolean flag = flag(statement, complaint);
        return flag == null ? otherwise : flag;
    }

    /** A flag, or null with the complaint. */
    @Nullable Boolean flag(Statement statement, String complaint) {
        if (statement.parameters() == 0) {
            return true;
        }
        return switch (statement.parameter(1)) {
            case "on", "true", "yes" -> true;
            case "off", "false", "no" -> false;
            default -> {
                findings.error(statement.origin(), complaint, "on, off, true, false, yes or no");
                yield null;
            }
        };
    }

    /** Null for what cannot be a file's name. */
    static @Nullable Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /** A command in one string: blanks separate, single quotes hold together. */
    static List<String> command(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\'') {
                quoted = !quoted;
                inWord = true;
            } else if (Character.isWhitespace(c) && !quoted) {
                if (inWord) {
                    words.add(word.toString());
                }
                word.setLength(0);
                inWord = false;
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    /** The number behind an address's slash, at most {@code bits}; these, with a complaint, for anything else. */
    int prefixLength(Statement line, String text, int slash, int bits) {
        String prefix = text.substring(slash + 1);
        if (prefix.matches("\\d{1,3}") && Integer.parseInt(prefix) <= bits) {
            return Integer.parseInt(prefix);
        }
        findings.error(
                line.origin(),
                prefix.startsWith("-")
                        ? "negative number '" + prefix + "'"
                        : prefix.matches("\\d+")
                                ? "number '" + prefix + "' outside range [0, " + bits + "]"
                                : "invalid number '" + prefix + "'");
        findings.error(
                line.origin(), "Invalid address prefix len " + prefix + " for address " + text + " - using " + bits);
        return bits;
    }
}
