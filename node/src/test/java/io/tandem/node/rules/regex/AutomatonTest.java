// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.node.rules.regex.automaton.Automaton;
import io.tandem.node.testkit.Program;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where expressions are answered without PCRE2, and what they mean. */
class AutomatonTest {
    private static boolean matches(String expression, String subject) throws RegexSyntaxException {
        return matches(expression, false, subject);
    }

    private static boolean matches(String expression, boolean ignoreCase, String subject) throws RegexSyntaxException {
        return Oracle.pcre2().expression(expression, ignoreCase).matches(subject);
    }

    @Test
    void aDollarIsTheEndOrTheNewlineAtTheEnd() throws Exception {
        assertThat(matches("ab$", "ab")).isTrue();
        assertThat(matches("ab$", "ab\n")).isTrue();
        assertThat(matches("ab$", "ab\n\n")).isFalse();
        assertThat(matches("^ab$", "ab\n")).isTrue();
        assertThat(matches("^ab$", "ab\nx")).isFalse();
        assertThat(matches("^ab$\\n", "ab\n")).isTrue();
        assertThat(matches("^ab$\\n$", "ab\n")).isTrue();
        assertThat(matches("^ab$\\n.", "ab\nx")).isFalse();
        assertThat(matches("^$", "\n")).isTrue();
        assertThat(matches("^ab\\z", "ab\n")).isFalse();
        assertThat(matches("ab\\Z", "ab\n")).isTrue();
        assertThat(matches("(a$|b)", "a\nc")).isFalse();
    }

    @Test
    void aCaretIsTheBeginningOnly() throws Exception {
        assertThat(matches("^b", "a\nb")).isFalse();
        assertThat(matches("(^|/)b", "a/b")).isTrue();
        assertThat(matches("(^|/)b", "ab")).isFalse();
        assertThat(matches("a*^b", "b")).isTrue();
        assertThat(matches("a^b", "a^b")).isFalse();
    }

    @Test
    void aDotIsNoNewlineAndOtherSetsMayBe() throws Exception {
        assertThat(matches("a.b", "a\nb")).isFalse();
        assertThat(matches("a.b", "a\0b")).isTrue();
        assertThat(matches("a.b", "a\rb")).isTrue();
        assertThat(matches("a[^x]b", "a\nb")).isTrue();
        assertThat(matches("a\\sb", "a\u000bb")).isTrue();
    }

    @Test
    void lettersBeyondAsciiHaveNoCase() throws Exception {
        assertThat(matches("^\u00e9$", true, "\u00e9")).isTrue();
        assertThat(matches("^\u00e9$", true, "\u00c9")).isFalse();
        assertThat(matches("^[a-z]\u00e9$", true, "A\u00e9")).isTrue();
        assertThat(matches("(?i)^abc[d-f]", "ABCE")).isTrue();
        assertThat(matches("[[:lower:]]", true, "A")).isTrue();
        assertThat(matches("[^a]", true, "A")).isFalse();
        assertThat(matches("\\w", "\u00e9")).isFalse();
    }

    @Test
    void bracketsAndHyphensAreThemselvesWherePcreSaysSo() throws Exception {
        assertThat(matches("^[]a]+$", "a]a")).isTrue();
        assertThat(matches("^[^]a]$", "]")).isFalse();
        assertThat(matches("^[a-c-e]+$", "b-e")).isTrue();
        assertThat(matches("^[a-c-e]+$", "d")).isFalse();
        assertThat(matches("a]}", "a]}")).isTrue();
        assertThat(matches("^[.]$", ".")).isTrue();
        assertThat(matches("^[:.a][.]$", "a.")).isTrue();
    }

    @Test
    void wordsEndWhereTheirLettersDo() throws Exception {
        assertThat(matches("\\bbot\\b", "a bot.")).isTrue();
        assertThat(matches("\\bbot\\b", "a robot.")).isFalse();
        assertThat(matches("\\bbot\\b", "bot")).isTrue();
        assertThat(matches("\\bbot\\b$", "bots")).isFalse();
        assertThat(matches("\\Bbot", "robot")).isTrue();
        assertThat(matches("\\b", "--")).isFalse();
        assertThat(matches("\\B", "")).isTrue();
    }

    @Test
    void longSubjectsArePassedOverToWhereAMatchMayBegin() throws Exception {
        for (String text : List.of("needle", "(?i)Needle", "n[a-e]+dle", "[m-n]e[a-f]d", "needle$", "\\Bneedle")) {
            Oracle.Asked expression = Oracle.pcre2().expression(text, false);
            for (int before = 0; before < 40; before++) {
                String hay = "-nee dl".repeat(6).substring(0, before) + (before % 2 == 0 ? "e" : "-");
                for (int behind = 0; behind < 20; behind += 3) {
                    boolean here = text.endsWith("$") ? behind == 0 : hay.endsWith("e") || !text.startsWith("\\B");
                    assertThat(expression.matches(hay + "needle" + "n".repeat(behind)))
                            .as("%s behind %s", text, hay)
                            .isEqualTo(here);
                    assertThat(expression.matches(hay + "neeble" + "n".repeat(behind)))
                            .isFalse();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a)\\1",
                "(?=a)b",
                "(?<!a)b",
                "(?>a+)b",
                "a++b",
                "a*+",
                "\\Qa.b\\E",
                "(?<name>a)",
                "(?P<name>a)",
                "\\p{L}",
                "a(?i)b",
                "(?i:a)b",
                "(?#a)b",
                "(*UTF)a",
                "a\\Kb",
                "\\Aa",
                "\\S+\\v",
                "[\\h]",
                "(?|a|b)",
                "\\R",
                "\\Ga",
                "\\ca",
                "\\012",
                "\\x{61}",
                "\\x6",
                "a{,3}",
                "a{x",
                "{a",
                "a{2}{3}",
                "^*a",
                "[a[.b.]]",
                "(?s)a.b",
                "(?i)(?m)^a"
            })
    void whatIsMoreThanRegularStaysWithPcre2(String expression) {
        assertThat(Automaton.of(expression, false)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a)",
                "(a",
                "[a",
                "a\\",
                "*a",
                "[z-a]",
                "a{3,2}",
                "[[:nothing:]]",
                "(",
                "[]",
                "[\\d-z]",
                "(?",
                "[:alpha:]",
                "[.a.]"
            })
    void whatIsWrongIsNoAutomatonAndRefusedInPcre2sWords(String expression) {
        Program.assume(Pcre2.INSTALLED != null, "libpcre2-8-0 is installed");
        assertThat(Automaton.of(expression, false)).isNull();
        assertThatThrownBy(() -> Regexes.compile(expression, false, false)).isInstanceOf(RegexSyntaxException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a|b)*a(a|b){18}c",
                "(((a{100}){100}){100}){100}",
                "((((){65535}){65535}){65535}){65535}",
                "(x+x+)+y{2000}[a-z]{2000}",
                "[a-q][^u-z]{13}x"
            })
    void whatWouldTakeTooManyStatesIsGivenUpSoon(String expression) {
        long start = System.nanoTime();
        assertThat(Automaton.of(expression, false)).isNull();
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void aListOfHundredsOfWordsIsOneAutomaton() throws Exception {
        String words =
                IntStream.range(0, 300).mapToObj(i -> "bot" + i * 7919 % 1000).collect(Collectors.joining("|"));
        assertThat(matches("(" + words + ")x", "Mozilla/5.0 (compatible; bot757x)"))
                .isTrue();
        assertThat(matches("(" + words + ")x", "Mozilla/5.0 (compatible; bot758x)"))
                .isFalse();
        assertThat(matches("^(" + words + ")$", "bot757")).isTrue();
    }

    @Test
    void eachByteIsReadOnceWhateverIsAsked() {
        Automaton automaton = Objects.requireNonNull(Automaton.of("^(a|aa)+$|^(a+)+$|(.*a){3}b$", false));
        byte[] subject = "a".repeat(1_000_000).getBytes(StandardCharsets.ISO_8859_1);
        subject[subject.length - 1] = 'c';
        long start = System.nanoTime();
        assertThat(automaton.matches(subject, 0, subject.length, true)).isFalse();
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(2));
    }

    @Test
    void onlyWhoAsksForGroupsGoesToPcre2() throws Exception {
        Program.assume(Pcre2.INSTALLED != null, "libpcre2-8-0 is installed");
        assertThat(Regexes.compile("^/a(b)", false, false)).isInstanceOf(AutomatonRegex.class);
        assertThat(Regexes.compile("^/a(?=b)", false, false)).isInstanceOf(Pcre2Regex.class);
        CompiledRegex groups = Regexes.compile("^/a(b)", false, true);
        Matching matching = new Matching();
        byte[] subject = "/ab".getBytes(StandardCharsets.ISO_8859_1);
        matching.over(subject, 0, 3);
        assertThat(groups.test(matching)).isTrue();
        assertThat(groups.find(matching)).isTrue();
        assertThat(matching.groupStart(1)).isEqualTo(2);
        matching.over(subject, 1, 3);
        assertThat(groups.find(matching)).isFalse();
    }

    @Test
    void equalExpressionsAreOneObjectAndForgottenWithTheirLastUser() throws Exception {
        assertThat(Regexes.compile("^shared$", false, false)).isSameAs(Regexes.compile("^shared$", false, false));
        assertThat(Regexes.compile("^shared$", true, false)).isNotSameAs(Regexes.compile("^shared$", false, false));

        SharedRegexes shared = new SharedRegexes(key -> matching -> key.ignoreCase());
        List<CompiledRegex> kept = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            CompiledRegex regex = shared.get(new SharedRegexes.Key("a" + i, i % 2 == 0, false));
            if (i == 500) {
                kept.add(regex);
            }
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (shared.size() > 1 && System.nanoTime() - deadline < 0) {
            System.gc();
        }
        assertThat(shared.size()).isEqualTo(1);
        assertThat(shared.get(new SharedRegexes.Key("a500", true, false))).isSameAs(kept.get(0));
    }
}
