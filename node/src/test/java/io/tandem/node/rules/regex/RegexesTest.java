// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.node.testkit.Program;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both engines behind the one interface. */
class RegexesTest {
    /** Where expressions are compiled. */
    enum Engine {
        PCRE2 {
            @Override
            CompiledRegex compile(String text, boolean ignoreCase) throws RegexSyntaxException {
                Pcre2 library = Pcre2.INSTALLED;
                Program.assume(library != null, "libpcre2-8-0 is installed");
                return Objects.requireNonNull(library).compile(text, ignoreCase, true);
            }
        },
        JAVA {
            @Override
            CompiledRegex compile(String text, boolean ignoreCase) throws RegexSyntaxException {
                return JavaRegex.compile(text, ignoreCase);
            }
        };

        abstract CompiledRegex compile(String text, boolean ignoreCase) throws RegexSyntaxException;
    }

    private final Matching matching = new Matching();

    /** The groups of the first match, {@code null} for those that took no part; empty where there is none. */
    private List<String> groups(CompiledRegex regex, String subject) {
        byte[] bytes = ("<<" + subject + ">>").getBytes(StandardCharsets.ISO_8859_1);
        matching.over(bytes, 2, bytes.length - 2);
        List<String> groups = new ArrayList<>();
        if (regex.find(matching)) {
            for (int i = 0; i < matching.groups(); i++) {
                int start = matching.groupStart(i);
                groups.add(
                        start < 0
                                ? "-"
                                : new String(bytes, start, matching.groupEnd(i) - start, StandardCharsets.ISO_8859_1));
            }
        }
        return groups;
    }

    @ParameterizedTest
    @EnumSource
    void groupsAreWhereTheyMatched(Engine engine) throws Exception {
        assertThat(groups(engine.compile("^/(a|b)(c)?/(\\d+)", false), "/a/12x"))
                .containsExactly("/a/12", "a", "-", "12");
        assertThat(groups(engine.compile("b+", false), "aabbbc")).containsExactly("bbb");
        assertThat(groups(engine.compile("z", false), "aabbbc")).isEmpty();
        assertThat(groups(engine.compile("", false), "abc")).containsExactly("");
        assertThat(groups(engine.compile("^$", false), "")).containsExactly("");
    }

    @ParameterizedTest
    @EnumSource
    void lettersAreTheSameInEitherCaseIfAsked(Engine engine) throws Exception {
        assertThat(groups(engine.compile("^/Foo", true), "/fOO")).isNotEmpty();
        assertThat(groups(engine.compile("^/Foo", false), "/fOO")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void bytesAreCharacters(Engine engine) throws Exception {
        assertThat(groups(engine.compile("^a.b\u00e9$", false), "a\0b\u00e9")).isNotEmpty();
        assertThat(groups(engine.compile("\\x00", false), "a\0b")).isNotEmpty();
        assertThat(groups(engine.compile("[\\x80-\\xff]{2}", false), "\u00c3\u00a9"))
                .isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aSearchGoesOnBehindAMatchWithoutSeeingIt(Engine engine) throws Exception {
        byte[] bytes = "aab".getBytes(StandardCharsets.ISO_8859_1);
        CompiledRegex begins = engine.compile("^a", false);
        matching.over(bytes, 0, bytes.length);
        assertThat(begins.find(matching)).isTrue();
        matching.rest(1);
        assertThat(begins.find(matching)).isFalse();

        CompiledRegex behind = engine.compile("(?<!a)a|b", false);
        matching.over(bytes, 0, bytes.length);
        assertThat(behind.find(matching)).isTrue();
        matching.rest(1);
        assertThat(behind.find(matching)).isTrue();
        assertThat(matching.groupStart(0)).isEqualTo(1);
        matching.rest(2);
        assertThat(behind.find(matching)).isTrue();
        assertThat(matching.groupEnd(0)).isEqualTo(3);
        matching.rest(3);
        assertThat(behind.find(matching)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aSubjectLongerThanAllBeforeIsReadWhole(Engine engine) throws Exception {
        CompiledRegex regex = engine.compile("z$", false);
        assertThat(groups(regex, "a".repeat(50) + "z")).containsExactly("z");
        assertThat(groups(regex, "a".repeat(15_000) + "z")).containsExactly("z");
        assertThat(groups(regex, "a".repeat(100) + "z")).containsExactly("z");
    }

    @ParameterizedTest
    @EnumSource
    void whatWouldTakeForEverIsGivenUpAndCounted(Engine engine) throws Exception {
        CompiledRegex regex = engine.compile("^(a|aa)+$|^(a+)+$|^(.*a){20}$", false);
        long before = RegexLimits.givenUp();
        long start = System.nanoTime();

        assertThat(groups(regex, "a".repeat(60) + "b")).isEmpty();

        assertThat(RegexLimits.givenUp()).isEqualTo(before + 1);
        assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
    }

    @ParameterizedTest
    @EnumSource
    void mistakesAreToldWithTheirPlace(Engine engine) {
        assertThatThrownBy(() -> engine.compile("a(b", false))
                .isInstanceOfSatisfying(RegexSyntaxException.class, e -> assertThat(e.reason())
                        .isEqualTo("missing closing parenthesis"));
    }

    @Test
    void pcreIsMeantToTheLetter() throws Exception {
        assertThat(groups(Engine.PCRE2.compile("a\\Kb", false), "ab")).containsExactly("b");
        assertThat(groups(Engine.PCRE2.compile("^(\\((?:[^()]|(?1))*\\))$", false), "(a(b)c)"))
                .isNotEmpty();
        assertThat(groups(Engine.PCRE2.compile("(?|(a)|(b))", false), "b")).containsExactly("b", "b");
        assertThat(groups(Engine.PCRE2.compile("[[:alpha:]]+", false), "12ab")).containsExactly("ab");
    }

    /** The library trusts whoever calls it the fast way to have checked that; a client's bytes may be anything. */
    @Test
    void bytesThatAreNoUtf8DoNotMatchAnExpressionThatWantsIt() throws Exception {
        CompiledRegex regex = Engine.PCRE2.compile("(*UTF)^.\u00c3\u00a9", false);
        assertThat(groups(regex, "x\u00c3\u00a9")).isNotEmpty();
        assertThat(groups(regex, "x\u00c3\u00a9\u00ff\u00c3")).isEmpty();
        assertThat(groups(regex, "\u00c3")).isEmpty();
    }

    @Test
    void withoutCapturesParenthesesOnlyGroup() throws Exception {
        Program.assume(Pcre2.INSTALLED != null, "libpcre2-8-0 is installed");
        Pcre2 library = Objects.requireNonNull(Pcre2.INSTALLED);
        assertThat(groups(library.compile("(a)(b)", false, false), "ab")).containsExactly("ab");
        assertThatThrownBy(() -> library.compile("(a)\\1", false, false)).isInstanceOf(RegexSyntaxException.class);
        assertThat(library.version()).matches("10\\.\\d+ .*");
    }
}
