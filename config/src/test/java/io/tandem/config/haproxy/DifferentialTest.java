// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our reading of files beside HAProxy's: the same words, the same complaints. */
class DifferentialTest {
    private static final Map<String, String> VARIABLES =
            Map.of("TND_A", "one", "TND_L", " a  b\tc ", "TND_E", "", "TND_Q", "q\"'\\$#x");

    @SuppressWarnings("NullAway.Init")
    @TempDir
    Path directory;

    @BeforeEach
    void haproxyIsInstalled() {
        Oracle.require();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "global\n description \"abc\n",
                "global\n\t.notice\tb\t'c\n",
                "global\n .notice \"${NOPE:-x}\"\n .notice \"$1\"\n .notice \"${}\"\n .notice \"$\"\n",
                "global\n .notice \"$.FILE ${.LINE} ${.SECTION}\"\n .notice \"$.FOO x\"\n .notice \"${.}\"\n",
                "global\n .notice \"${TND_L[*}\"\n .notice \"${TND_L[*]\"\n .notice \"${X-a}b}\"\n",
                "global\r\n .notice abc\r\n .notice x\ry\r\n .notice \"a\rb\"\n",
                "global#c\n .notice a#b\n .notice a\\#b\\ c\\x41\\n\\q\\$X\n",
                "global\n .notice a\\x4\n .notice a\\xZZ\n .notice \"\\x\"\n",
                "global\n .notice a",
                "global\n .notice a\n  ",
                "global\n .notice \"a",
                "global\n .notice a\u0000b\n .notice c\n",
                ".endif\n.notice x\n",
                ".if 1\n.else\n.else\n.endif\n",
                ".if 1\n.else\n.elif 1\n.endif\n",
                ".if 1\n",
                ".if 0\n.elif 1\n.notice a\n.elif 1\n.notice b\n.else\n.notice c\n.endif\n",
                ".if 0\n.if foo(\n.endif\n.else\n.notice b\n.endif\n",
                ".if 0\n garbage \"open\n.endif\n",
                ".notice a b\n.notice\n.warning w\n.warning a b\n.alert x\n.notice y\n",
                ".if 1\n.else x\n.endif\n",
                "global\n .if foo   bar\\ x \"q  r\"  \n",
                "global\n .if foo \"x${TND_L[*]} c\"d # c\n",
                "frontnd\nno foo\ndefault x\nno bind\nno log\nfoo\"bar\n \"\" x\nno\ndefault\n",
                """
                global
                 setenv TND_A 2
                 .notice "$TND_A"
                 presetenv TND_A 3
                 .notice "$TND_A"
                 unsetenv TND_A
                 .notice "<$TND_A>"
                 presetenv TND_A 4
                 .notice "$TND_A"
                 resetenv TND_E
                 .notice "${TND_A-none}"
                 setenv X
                 presetenv X
                 unsetenv
                 resetenv
                """,
                ".if \"$TND_E\" \n.notice x\n.endif\n",
                ".if \n.notice x\n.endif\n",
                "global\n .if 0\n setenv TND_A 2\nfrontend x\n .endif\n .notice \"$TND_A ${.SECTION}\"\n",
            })
    void saysWhatHaproxySays(String text) throws Exception {
        assertSame(text);
    }

    @Test
    void showsAtMostEightyColumnsOfALongLine() throws Exception {
        for (int before : new int[] {0, 38, 40, 41, 77, 78, 79, 80, 81, 100, 200}) {
            StringBuilder text = new StringBuilder("global\n");
            for (int after : new int[] {0, 1, 34, 35, 36, 37, 38, 39, 40, 41, 80}) {
                text.append("x".repeat(before))
                        .append('"')
                        .append("y".repeat(after))
                        .append('\n');
            }
            assertSame(text.toString());
        }
    }

    @Test
    void refusesTheSixtyFifthWord() throws Exception {
        String words = "1 2 3 4 5 6 7 8 ".repeat(8);
        assertSame("global\n unsetenv " + words.substring(2).strip() + "\n unsetenv " + words.substring(4)
                + "\n unsetenv a " + words.substring(4).strip() + "\n unsetenv   \"a b\" c " + words + "\n");
    }

    @Test
    void nestsAsDeepAsHaproxy() throws Exception {
        assertSame(".if 1\n".repeat(99) + ".notice deep\n" + ".endif\n".repeat(99));
        assertSame(".if 1\n".repeat(100));
    }

    @Test
    void readsRandomLinesAsHaproxy() throws Exception {
        String[] pieces = {
            "a",
            "b c",
            " ",
            "\t",
            "\"",
            "\"",
            "'",
            "'",
            "\\",
            "\\\\",
            "\\x41",
            "\\x",
            "\\n",
            "\\ ",
            "#",
            "\\#",
            "$",
            "$TND_A",
            "${TND_A}",
            "${TND_A",
            "${TND_L[*]}",
            "\"${TND_L[*]}\"",
            "${NOPE-d e}",
            "${TND_A-x}",
            "{",
            "}",
            "[",
            "]",
            "-",
            "\"$TND_Q\"",
            "$TND_E",
            "\"\"",
            "''",
            "\r",
            "$.LINE",
            "$.NO",
            "${.SECTION}",
            "é",
            "\u0001",
            "(",
            ")",
            "1"
        };
        long seed = Long.getLong("tandem.seed", 20261121L);
        Random random = new Random(seed);
        for (int file = 0; file < 60; file++) {
            StringBuilder text = new StringBuilder("global\n");
            for (int i = 0; i < 40; i++) {
                text.append(random.nextBoolean() ? " .notice " : " setenv TND_O ");
                int count = random.nextInt(9);
                for (int piece = 0; piece < count; piece++) {
                    text.append(pieces[random.nextInt(pieces.length)]);
                }
                text.append("\n .notice \"<$TND_O>\"\n");
            }
            assertSame(text.toString());
        }
    }

    @Test
    void readsRandomConditionsAsHaproxy() throws Exception {
        String[] pieces = {
            "0",
            "1",
            "42",
            "!",
            "! ",
            "&&",
            " && ",
            "||",
            " || ",
            "(",
            ")",
            "(",
            ")",
            "defined(PATH)",
            "defined(NOPE)",
            "streq(a,a)",
            "streq(a,b)",
            "strneq(a,",
            "version_atleast(2.6)",
            "version_before(2.6.12)",
            "feature(OPENSSL)",
            "feature",
            "streq",
            " ",
            "x",
            "-1",
            "0x1",
            "08",
            "\\\"",
            ",",
            "1a",
            "streq(\\'a,b\\',c)",
            "ssllib_name_startswith(Open)"
        };
        Random random = new Random(Long.getLong("tandem.seed", 20261121L));
        Conditions conditions = new Conditions(Oracle.PLATFORM, Environment.ofProcess());
        for (int i = 0; i < 400; i++) {
            StringBuilder text = new StringBuilder();
            int count = 1 + random.nextInt(7);
            for (int piece = 0; piece < count; piece++) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            String condition = text.toString();
            Oracle.Answer theirs = Oracle.condition(condition);
            Conditions.Outcome ours = conditions.evaluateArgument(condition);
            int status = ours.failed() ? 2 : ours.value() ? 0 : 1;
            assertThat(status).as("-cc '%s': %s", condition, theirs.problems()).isEqualTo(theirs.status());
            if (ours.failed()) {
                assertThat(theirs.problems())
                        .as("-cc '%s'", condition)
                        .singleElement()
                        .asString()
                        .endsWith(ours.error());
            }
        }
    }

    @Test
    void pointsAtTheSamePlaceInACondition() throws Exception {
        for (String condition : List.of(
                "1 && (",
                "foo",
                "(1 x",
                "(1 && ",
                "1 &&",
                "1 || ",
                "(1 ||",
                "streq(a)",
                "streq(a,b,c)",
                "streq(",
                "streq",
                "(streq(a)",
                "! (x",
                "! x",
                "1 2",
                "()",
                "!",
                "streq(a,",
                "0||1||",
                "(0||1||",
                "1 && )",
                "defined(a))")) {
            assertSame(".if " + condition + "\n.endif\n");
            assertSame("global\n .if 0\n.elif  " + condition + " # c\n.endif\n");
        }
    }

    private void assertSame(String text) throws Exception {
        Oracle.Answer theirs = Oracle.check(directory, "t.cfg", text, VARIABLES);
        Environment environment = Environment.ofProcess();
        VARIABLES.forEach(environment::set);
        Problems problems = new Problems();
        HaproxyFiles.parse(
                List.of(new HaproxyFiles.Source("t.cfg", text)), environment, Oracle.PLATFORM, false, problems);
        List<String> ours = problems.all().stream().map(DifferentialTest::print).toList();
        for (int i = 0; i < Math.min(ours.size(), theirs.problems().size()); i++) {
            assertThat(ours.get(i))
                    .as(excerpt(text, ours.get(i)))
                    .isEqualTo(withOurLine(theirs.problems().get(i), ours.get(i)));
        }
        assertThat(ours).as(text.substring(0, Math.min(text.length(), 400))).hasSameSizeAs(theirs.problems());
    }

    /** HAProxy repeats a line only up to the last variable it has cut out of it; ours is whole. */
    private static String withOurLine(String theirs, String ours) {
        String[] their = theirs.split("\n", -1);
        String[] our = ours.split("\n", -1);
        boolean cut = their.length == 3 && our.length == 3 && our[1].startsWith(their[1]) && our[1].contains("$");
        return cut ? their[0] + "\n" + our[1] + "\n" + their[2] : theirs;
    }

    private static String excerpt(String text, String problem) {
        Matcher line = Pattern.compile("t\\.cfg:(\\d+)").matcher(problem);
        return line.find() ? text.split("\n", -1)[Integer.parseInt(line.group(1)) - 1] : "";
    }

    private static String print(Problem problem) {
        return (problem.severity() + " config : " + problem.text()).stripTrailing();
    }
}
