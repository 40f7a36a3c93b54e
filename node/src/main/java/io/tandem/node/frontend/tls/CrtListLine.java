// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.util.ArrayList;
import java.util.List;

/**
 * The words of one line of a {@code crt-list}: {@code FILE [OPTION …] [!]NAME …} (HAProxy manual 5.1, crt-list). Pure.
 *
 * @param options the words between brackets
 * @param filters the words behind them
 * @param misplaced whether filters stand between file and options, where they do not count
 */
record CrtListLine(String file, List<String> options, List<String> filters, boolean misplaced) {
    /** Why a line means nothing, worded as HAProxy. */
    static final class Malformed extends Exception {
        Malformed(String text) {
            super(text, null, false, false);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    CrtListLine {
        options = List.copyOf(options);
        filters = List.copyOf(filters);
    }

    /** Whether the line says nothing. */
    static boolean isBlank(String line) {
        String text = line.strip();
        return text.isEmpty() || text.startsWith("#");
    }

    /** @param line without its line feed, not {@link #isBlank} */
    static CrtListLine parse(String line) throws Malformed {
        String text = line.strip();
        int open = -1;
        int close = -1;
        for (int at = 0; at < text.length(); at++) {
            if (text.charAt(at) == '[') {
                if (at == 0) {
                    throw new Malformed("file must start with a cert");
                }
                if (open >= 0) {
                    throw new Malformed("too many '['");
                }
                open = at;
            } else if (text.charAt(at) == ']') {
                if (open < 0) {
                    throw new Malformed("missing '['");
                }
                if (close >= 0) {
                    throw new Malformed("too many ']'");
                }
                close = at;
            }
        }
        if (open < 0) {
            List<String> words = words(text);
            return new CrtListLine(words.get(0), List.of(), words.subList(1, words.size()), false);
        }
        List<String> before = words(text.substring(0, open));
        List<String> options = words(close < 0 ? text.substring(open + 1) : text.substring(open + 1, close));
        List<String> after = close < 0 ? List.of() : words(text.substring(close + 1));
        List<String> filters = new ArrayList<>(before.subList(1, before.size()));
        boolean misplaced = !filters.isEmpty();
        filters.addAll(after);
        return new CrtListLine(before.get(0), options, filters, misplaced);
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (String word : text.split("[ \t\r]+", -1)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }
}
