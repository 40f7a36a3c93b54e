// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One way to write a target so that it means the same (RFC 3986 section 6.2; HAProxy manual, {@code normalize-uri}). Pure. */
enum Normalizer {
    FRAGMENT_ENCODE("fragment-encode", "", Part.PATH_AND_QUERY) {
        @Override
        String apply(String text, boolean special) {
            return text.replace("#", "%23");
        }
    },
    FRAGMENT_STRIP("fragment-strip", "", Part.PATH_AND_QUERY) {
        @Override
        String apply(String text, boolean special) {
            int at = text.indexOf('#');
            return at < 0 ? text : text.substring(0, at);
        }
    },
    PATH_MERGE_SLASHES("path-merge-slashes", "", Part.PATH) {
        @Override
        String apply(String text, boolean special) {
            StringBuilder merged = new StringBuilder(text.length());
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) != '/' || i == 0 || text.charAt(i - 1) != '/') {
                    merged.append(text.charAt(i));
                }
            }
            return merged.toString();
        }
    },
    PATH_STRIP_DOT("path-strip-dot", "", Part.PATH) {
        @Override
        String apply(String text, boolean special) {
            List<String> kept = new ArrayList<>(segments(text));
            boolean endsWithDot = kept.get(kept.size() - 1).equals(".");
            kept.removeIf(segment -> segment.equals("."));
            return joined(kept, endsWithDot);
        }
    },
    PATH_STRIP_DOTDOT("path-strip-dotdot", "full", Part.PATH) {
        @Override
        String apply(String text, boolean special) {
            List<String> all = segments(text);
            Deque<String> kept = new ArrayDeque<>();
            for (String segment : all) {
                if (!segment.equals("..")) {
                    kept.addLast(segment);
                } else if (!kept.isEmpty() && !kept.getLast().equals("..")) {
                    kept.removeLast();
                } else if (!special) {
                    kept.addLast(segment);
                }
            }
            return joined(kept, all.get(all.size() - 1).equals(".."));
        }
    },
    PERCENT_DECODE_UNRESERVED("percent-decode-unreserved", "strict", Part.PATH_AND_QUERY) {
        @Override
        @Nullable String apply(String text, boolean special) {
            return percents(text, special, code -> {
                char decoded = (char) Integer.parseInt(code, 16);
                return isUnreserved(decoded) ? String.valueOf(decoded) : "%" + code;
            });
        }
    },
    PERCENT_TO_UPPERCASE("percent-to-uppercase", "strict", Part.PATH_AND_QUERY) {
        @Override
        @Nullable String apply(String text, boolean special) {
            return percents(text, special, code -> "%" + code.toUpperCase(Locale.ROOT));
        }
    },
    QUERY_SORT_BY_NAME("query-sort-by-name", "", Part.QUERY) {
        @Override
        String apply(String text, boolean special) {
            String query = text.endsWith("&") ? text.substring(0, text.length() - 1) : text;
            List<String> parameters = new ArrayList<>(List.of(query.split("&", -1)));
            parameters.sort(Comparator.comparing(Normalizer::nameOf));
            return String.join("&", parameters);
        }
    };

    /** What of the target it looks at. */
    enum Part {
        /** From the first slash to the question mark. */
        PATH,
        /** From the first slash on. */
        PATH_AND_QUERY,
        /** Behind the question mark. */
        QUERY
    }

    /** What an escape becomes, given its two digits. */
    @FunctionalInterface
    private interface Escape {
        String write(String code);
    }

    private final String word;
    private final String option;
    private final Part part;

    Normalizer(String word, String option, Part part) {
        this.word = word;
        this.option = option;
        this.part = part;
    }

    /** The one written {@code word}, or null. */
    static @Nullable Normalizer find(String word) {
        for (Normalizer one : values()) {
            if (one.word.equals(word)) {
                return one;
            }
        }
        return null;
    }

    /** The word that makes it {@code special}; empty where there is none. */
    String option() {
        return option;
    }

    Part part() {
        return part;
    }

    /**
     * Writes a part of the target anew.
     *
     * @param text one byte a character; a path begins with a slash
     * @param special whether its option is given
     * @return null where {@code strict} finds an escape that is none
     */
    abstract @Nullable String apply(String text, boolean special);

    /** What stands between the slashes of a path, and behind the last. */
    private static List<String> segments(String path) {
        return List.of(path.substring(1).split("/", -1));
    }

    private static String joined(Iterable<String> segments, boolean endsWithSlash) {
        StringBuilder path = new StringBuilder();
        for (String segment : segments) {
            path.append('/').append(segment);
        }
        return endsWithSlash || path.length() == 0 ? path.append('/').toString() : path.toString();
    }

    private static String nameOf(String parameter) {
        int end = parameter.indexOf('=');
        return end < 0 ? parameter : parameter.substring(0, end);
    }

    private static @Nullable String percents(String text, boolean strict, Escape escape) {
        StringBuilder written = new StringBuilder(text.length());
        int at = 0;
        while (at < text.length()) {
            if (text.charAt(at) != '%') {
                written.append(text.charAt(at++));
            } else if (at + 2 < text.length() && isHex(text.charAt(at + 1)) && isHex(text.charAt(at + 2))) {
                written.append(escape.write(text.substring(at + 1, at + 3)));
                at += 3;
            } else if (strict) {
                return null;
            } else {
                written.append(text.charAt(at++));
            }
        }
        return written.toString();
    }

    private static boolean isHex(char c) {
        return c < 0x80 && Character.digit(c, 16) >= 0;
    }

    /** RFC 3986 section 2.3. */
    private static boolean isUnreserved(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-._~".indexOf(c) >= 0;
    }
}
