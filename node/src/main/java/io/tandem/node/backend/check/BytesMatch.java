// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.rules.Facts;
import io.tandem.node.rules.regex.CompiledRegex;
import io.tandem.node.rules.regex.Matching;
import io.tandem.node.rules.sample.Text;

/** Something to be found among bytes that a server sent. Immutable. */
interface BytesMatch {
    /** The pattern, which is a format, comes to something that cannot be looked for. */
    final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        Unusable(String text) {
            super(text, null, false, false);
        }
    }

    /** @throws Unusable with what to tell */
    boolean isIn(byte[] answer, int length, Facts facts) throws Unusable;

    /** Fewer bytes cannot hold it. */
    int least();

    /** What was waited for, as told at a timeout: {@code string 'PONG'}. */
    String awaited();

    /** The same as told of a failure: {@code  'PONG'}, {@code  (regex)}. */
    String told();

    static BytesMatch string(String text) {
        return exactly(Text.bytes(text), "string '" + text + "'", " '" + text + "'");
    }

    static BytesMatch binary(byte[] bytes) {
        return exactly(bytes, "binary '" + Text.string(bytes, 0, bytes.length) + "'", " (binary)");
    }

    private static BytesMatch exactly(byte[] wanted, String awaited, String told) {
        return of((answer, length, facts) -> contains(answer, length, wanted), wanted.length, awaited, told);
    }

    static BytesMatch regex(CompiledRegex regex) {
        return of((answer, length, facts) -> found(regex, answer, length, facts), 0, "regex", " (regex)");
    }

    /** Looks at the bytes as capital hexadecimal digits. */
    static BytesMatch binaryRegex(CompiledRegex regex) {
        return of(
                (answer, length, facts) -> found(regex, HexText.of(answer, length), 2 * length, facts),
                0,
                "binary regex",
                " (binary regex)");
    }

    static BytesMatch string(FormatText format) {
        return of(
                (answer, length, facts) -> contains(answer, length, format.of(facts)),
                0,
                "log-format string",
                " (log-format string)");
    }

    static BytesMatch binary(FormatText format) {
        return of(
                (answer, length, facts) -> {
                    byte[] wanted = HexText.bytes(format.of(facts));
                    if (wanted == null) {
                        throw new Unusable("Failed to parse hexastring resulting of eval of a log-format string");
                    }
                    return contains(answer, length, wanted);
                },
                0,
                "log-format binary",
                " (log-format binary)");
    }

    /** The one part that differs. */
    @FunctionalInterface
    interface Search {
        boolean isIn(byte[] answer, int length, Facts facts) throws Unusable;
    }

    private static BytesMatch of(Search search, int least, String awaited, String told) {
        return new BytesMatch() {
            @Override
            public boolean isIn(byte[] answer, int length, Facts facts) throws Unusable {
                return search.isIn(answer, length, facts);
            }

            @Override
            public int least() {
                return least;
            }

            @Override
            public String awaited() {
                return awaited;
            }

            @Override
            public String told() {
                return told;
            }
        };
    }

    private static boolean contains(byte[] answer, int length, byte[] wanted) {
        for (int at = 0; at + wanted.length <= length; at++) {
            int i = 0;
            while (i < wanted.length && answer[at + i] == wanted[i]) {
                i++;
            }
            if (i == wanted.length) {
                return true;
            }
        }
        return false;
    }

    private static boolean found(CompiledRegex regex, byte[] answer, int length, Facts facts) {
        Matching matching = facts.scratch.matching();
        matching.over(answer, 0, length);
        return regex.find(matching);
    }
}
