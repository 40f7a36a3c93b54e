// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.regex.CompiledRegex;
import io.tandem.node.rules.regex.Matching;
import io.tandem.node.rules.sample.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Something to be found in the head of an HTTP answer. Immutable. */
@FunctionalInterface
interface HeadMatch {
    boolean isIn(Response answer, Facts facts);

    /** Status codes from one to another, both included. */
    record Range(int first, int last) {}

    static HeadMatch status(List<Range> ranges) {
        return (answer, facts) ->
                ranges.stream().anyMatch(range -> answer.status() >= range.first() && answer.status() <= range.last());
    }

    static HeadMatch status(CompiledRegex regex) {
        return (answer, facts) -> found(regex, Text.bytes(String.valueOf(answer.status())), facts);
    }

    /**
     * A field.
     *
     * @param whole whether a value is looked at as it is, rather than as a list separated by commas
     * @param value null where any will do
     */
    static HeadMatch field(boolean whole, TextMatch name, @Nullable TextMatch value) {
        return (answer, facts) -> {
            Headers headers = answer.headers();
            byte[] bytes = headers.bytes();
            for (int i = 0; i < headers.count(); i++) {
                if (headers.isLive(i)
                        && name.fits(Arrays.copyOfRange(bytes, headers.nameStart(i), headers.nameEnd(i)), facts)
                        && (value == null
                                || anyFits(whole, bytes, headers.valueStart(i), headers.valueEnd(i), value, facts))) {
                    return true;
                }
            }
            return false;
        };
    }

    private static boolean anyFits(boolean whole, byte[] bytes, int start, int end, TextMatch value, Facts facts) {
        int from = start;
        while (from <= end) {
            int to = whole ? end : comma(bytes, from, end);
            byte[] part = Text.bytes(Text.string(bytes, from, to).strip());
            if (value.fits(part, facts)) {
                return true;
            }
            from = to + 1;
        }
        return false;
    }

    /** The next comma outside of quotes; {@code end} where there is none. */
    private static int comma(byte[] bytes, int from, int end) {
        boolean quoted = false;
        for (int i = from; i < end; i++) {
            if (bytes[i] == '\\' && quoted) {
                i++;
            } else if (bytes[i] == '"') {
                quoted = !quoted;
            } else if (bytes[i] == ',' && !quoted) {
                return i;
            }
        }
        return end;
    }

    /** How a name or a value has to be. */
    interface TextMatch {
        boolean fits(byte[] text, Facts facts);

        /**
         * @param method {@code str}, {@code beg}, {@code end} or {@code sub}
         * @param folds whether letters in either case are the same
         */
        static TextMatch of(String method, ExpectStep.Words pattern, boolean folds) {
            return (text, facts) -> {
                String have = string(text, folds);
                String wanted = string(pattern.of(facts), folds);
                return switch (method) {
                    case "beg" -> have.startsWith(wanted);
                    case "end" -> have.endsWith(wanted);
                    case "sub" -> have.contains(wanted);
                    default -> have.equals(wanted);
                };
            };
        }

        static TextMatch of(CompiledRegex regex) {
            return (text, facts) -> found(regex, text, facts);
        }

        private static String string(byte[] text, boolean folds) {
            String string = Text.string(text, 0, text.length);
            return folds ? string.toLowerCase(Locale.ROOT) : string;
        }
    }

    private static boolean found(CompiledRegex regex, byte[] text, Facts facts) {
        Matching matching = facts.scratch.matching();
        matching.over(text, 0, text.length);
        return regex.find(matching);
    }
}
