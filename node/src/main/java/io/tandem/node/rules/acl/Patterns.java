// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.node.rules.sample.Addresses;
import io.tandem.node.rules.sample.Hex;
import io.tandem.node.rules.sample.Regex;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Text;
import java.util.ArrayList;
import java.util.List;

/** Makes a {@link Match} of patterns as written. */
final class Patterns {
    private Patterns() {}

    /** @throws SampleError with HAProxy's complaint about the first bad pattern */
    static Match compile(MatchMethod method, List<String> words, boolean ignoreCase) {
        return switch (method) {
            case FOUND -> (facts, value) -> true;
            case BOOL -> (facts, value) -> value.number != 0;
            case INT -> {
                Ranges ranges = Ranges.parse(words);
                yield (facts, value) -> ranges.contains(value.number);
            }
            case LEN -> {
                Ranges ranges = Ranges.parse(words);
                yield (facts, value) -> ranges.contains(value.length());
            }
            case IP -> networks(words);
            case BIN -> new TextSet(words.stream().map(Hex::parse).toList(), false);
            case STR -> new TextSet(words.stream().map(Text::bytes).toList(), ignoreCase);
            case REG -> regexes(words, ignoreCase);
            case BEG, END, SUB, DIR, DOM -> {
                byte[][] patterns = words.stream().map(Text::bytes).toArray(byte[][]::new);
                Part part = Part.of(method);
                yield (facts, value) -> {
                    for (byte[] pattern : patterns) {
                        if (part.matches(value, pattern, ignoreCase)) {
                            return true;
                        }
                    }
                    return false;
                };
            }
        };
    }

    private static Match regexes(List<String> words, boolean ignoreCase) {
        List<Regex> compiled = new ArrayList<>();
        for (String word : words) {
            compiled.add(Regex.compile(word, ignoreCase));
        }
        Regex[] regexes = compiled.toArray(Regex[]::new);
        return (facts, value) -> {
            for (Regex regex : regexes) {
                if (regex.matches(facts, value.bytes, value.start, value.end)) {
                    return true;
                }
            }
            return false;
        };
    }

    private static Match networks(List<String> words) {
        Networks networks = new Networks();
        for (String word : words) {
            int slash = word.indexOf('/');
            String address = slash < 0 ? word : word.substring(0, slash);
            Long ipv4 = Addresses.parseShortIpv4(address);
            byte[] ipv6 = ipv4 == null ? Addresses.parseIpv6(address) : null;
            String mask = slash < 0 ? (ipv4 != null ? "32" : "128") : word.substring(slash + 1);
            Long mask4 = ipv4 == null ? null : Addresses.parseMask4(mask);
            byte[] mask6 = ipv6 == null ? null : Addresses.parseMask6(mask);
            if (ipv4 != null && mask4 != null) {
                networks.add(ipv4, mask4);
            } else if (ipv6 != null && mask6 != null) {
                networks.add(ipv6, mask6);
            } else {
                throw new SampleError("'" + word + "' is not a valid IPv4 or IPv6 address");
            }
        }
        return (facts, value) -> networks.contains(value);
    }

    /** Where in the value a pattern has to be. */
    @FunctionalInterface
    private interface Part {
        boolean matches(Sample value, byte[] pattern, boolean fold);

        static Part of(MatchMethod method) {
            return switch (method) {
                case BEG ->
                    (value, pattern, fold) -> Text.startsWith(value.bytes, value.start, value.end, pattern, fold);
                case END ->
                    (value, pattern, fold) -> value.length() >= pattern.length
                            && Text.startsWith(value.bytes, value.end - pattern.length, value.end, pattern, fold);
                case SUB -> Part::contains;
                case DIR -> (value, pattern, fold) -> word(value, pattern, fold, "/?");
                default -> (value, pattern, fold) -> word(value, pattern, fold, "/?.:");
            };
        }

        private static boolean contains(Sample value, byte[] pattern, boolean fold) {
            for (int i = value.start; i + pattern.length <= value.end; i++) {
                if (Text.startsWith(value.bytes, i, value.end, pattern, fold)) {
                    return true;
                }
            }
            return false;
        }

        /** The pattern, delimiters around it left out, stands between delimiters or the ends. */
        private static boolean word(Sample value, byte[] pattern, boolean fold, String delimiters) {
            int from = 0;
            int to = pattern.length;
            while (from < to && delimiters.indexOf(pattern[from]) >= 0) {
                from++;
            }
            while (to > from && delimiters.indexOf(pattern[to - 1]) >= 0) {
                to--;
            }
            int length = to - from;
            for (int i = value.start; i + length <= value.end; i++) {
                boolean begins = i == value.start || delimiters.indexOf(value.bytes[i - 1]) >= 0;
                boolean ends = i + length == value.end || delimiters.indexOf(value.bytes[i + length]) >= 0;
                if (begins && ends && same(value.bytes, i, pattern, from, to, fold)) {
                    return true;
                }
            }
            return false;
        }

        private static boolean same(byte[] bytes, int at, byte[] pattern, int from, int to, boolean fold) {
            for (int i = from; i < to; i++) {
                byte b = bytes[at + i - from];
                if (b != pattern[i] && !(fold && Text.lower(b) == Text.lower(pattern[i]))) {
                    return false;
                }
            }
            return true;
        }
    }
}
