// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.rules.regex.automaton.Automaton;
import io.tandem.node.testkit.Program;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Asks an automaton and PCRE2 the same. */
final class Oracle {
    /** Room behind a subject, into which nothing may look that counts. */
    private static final int SLACK = 11;

    private final Pcre2 library;
    private final Matching matching = new Matching();

    private Oracle(Pcre2 library) {
        this.library = library;
    }

    static Oracle pcre2() {
        Pcre2 library = Pcre2.INSTALLED;
        Program.assume(library != null, "libpcre2-8-0 is installed");
        if (library == null) {
            throw new IllegalStateException("assumed above");
        }
        return new Oracle(library);
    }

    /** Whether PCRE2 takes it for an expression. */
    boolean compiles(String expression, boolean ignoreCase) {
        try {
            library.check(expression, ignoreCase, false);
            return true;
        } catch (RegexSyntaxException mistake) {
            return false;
        }
    }

    /** An expression for both. */
    Asked expression(String expression, boolean ignoreCase) throws RegexSyntaxException {
        return new Asked(
                library.compile(expression, ignoreCase, false), Automaton.of(expression, ignoreCase), expression);
    }

    final class Asked {
        private final Pcre2Regex regex;
        private final @Nullable Automaton automaton;
        private final String expression;

        private Asked(Pcre2Regex regex, @Nullable Automaton automaton, String expression) {
            this.regex = regex;
            this.automaton = automaton;
            this.expression = expression;
        }

        boolean hasAutomaton() {
            return automaton != null;
        }

        /** What both say of a subject, wherever it lies in memory; fails where they differ. */
        boolean matches(String subject) {
            Automaton asked = automaton;
            if (asked == null) {
                throw new IllegalStateException("no automaton for " + expression);
            }
            byte[] exact = subject.getBytes(StandardCharsets.ISO_8859_1);
            long givenUp = RegexLimits.givenUp();
            matching.over(exact, 0, exact.length);
            boolean expected = regex.find(matching);
            boolean expectedInRest = foundInRest(exact);
            if (RegexLimits.givenUp() > givenUp) {
                return expected; // no answer
            }
            byte[] within = new byte[exact.length + 2 * SLACK];
            Arrays.fill(within, (byte) 'a');
            System.arraycopy(exact, 0, within, SLACK, exact.length);

            assertThat(asked.matches(exact, 0, exact.length, true))
                    .as(() -> described(subject))
                    .isEqualTo(expected);
            assertThat(asked.matches(within, SLACK, SLACK + exact.length, true))
                    .as(() -> "within other bytes " + described(subject))
                    .isEqualTo(expected);
            assertThat(asked.matches(within, SLACK, SLACK + exact.length, false))
                    .as(() -> "not at the beginning " + described(subject))
                    .isEqualTo(expectedInRest);
            return expected;
        }

        private boolean foundInRest(byte[] subject) {
            matching.over(subject, 0, subject.length);
            matching.rest(0);
            return regex.find(matching);
        }

        private String described(String subject) {
            return escaped(expression) + " in \"" + escaped(subject) + "\"";
        }
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(c -> {
            if (c < ' ' || c > '~') {
                escaped.append("\\x").append(Integer.toHexString(c | 0x100).substring(1));
            } else {
                escaped.append((char) c);
            }
        });
        return escaped.toString();
    }
}
