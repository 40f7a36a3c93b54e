// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineParserTest {
    private static CommandLine parse(String line) throws UsageException {
        return CommandLineParser.parse(line.isEmpty() ? new String[0] : line.split(" "));
    }

    @Test
    void readsWhatAServiceIsStartedWith() throws Exception {
        CommandLine command = parse("-W -f a.cfg -f conf.d -p /run/p.pid -S /run/m.sock -sf 12 34 -L lb1 -D -- b -c");

        assertThat(command.task()).isEqualTo(CommandLine.Task.RUN);
        assertThat(command.files()).containsExactly("a.cfg", "conf.d", "b", "-c");
        assertThat(command.master()).isTrue();
        assertThat(command.notifySystemd()).isFalse();
        assertThat(command.pidFile()).isEqualTo("/run/p.pid");
        assertThat(command.masterSockets()).containsExactly("/run/m.sock");
        assertThat(command.softStop()).containsExactly(12, 34);
        assertThat(command.localPeer()).isEqualTo("lb1");
        assertThat(command.background(false)).isTrue();
    }

    @Test
    void pidsMayComeInOneWordAsShellsPassThem() throws Exception {
        assertThat(CommandLineParser.parse("-f", "a", "-st", "12 34", "56").hardStop())
                .isEqualTo(List.of(12, 34, 56));
        assertThat(parse("-f a -sf").softStop()).isEmpty();
    }

    @Test
    void debugAndForegroundKeepTheProcessHere() throws Exception {
        assertThat(parse("-D -f a").background(false)).isTrue();
        assertThat(parse("-f a").background(true)).isTrue();
        assertThat(parse("-D -db -f a").background(true)).isFalse();
        assertThat(parse("-d -f a").background(true)).isFalse();
    }

    @Test
    void versionsEndTheReading() throws Exception {
        assertThat(parse("-v -nonsense").task()).isEqualTo(CommandLine.Task.VERSION);
        assertThat(parse("-vv").task()).isEqualTo(CommandLine.Task.BUILD);
        assertThat(parse("-vvq").task()).isEqualTo(CommandLine.Task.BUILD);
    }

    @Test
    void aConditionNeedsNoFile() throws Exception {
        CommandLine command = CommandLineParser.parse("-cc", "streq(a,a)");

        assertThat(command.task()).isEqualTo(CommandLine.Task.CONDITION);
        assertThat(command.condition()).isEqualTo("streq(a,a)");
    }

    @Test
    void optionsWithoutEffectAreRemembered() throws Exception {
        assertThat(parse("-dM99,no-merge -dI -m 512 -c -f a").withoutEffect())
                .containsExactly("-dM99,no-merge", "-dI", "-m 512");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-c",
                "-z",
                "--foo",
                "file.cfg",
                "-c file.cfg",
                "-f",
                "-f a b",
                "-qc",
                "-dbx",
                "-Wx",
                "-h",
                "-ccc",
                "-x",
                "-x -f a"
            })
    void anythingElseGetsTheUsage(String line) {
        assertThatThrownBy(() -> parse(line))
                .isInstanceOfSatisfying(
                        UsageException.class, e -> assertThat(e.showUsage()).isTrue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-f a -sf abc", "-f a -sf 1x", "-f a -sf 0", "-f a -n x", "-f a -N -1"})
    void aBadNumberIsNamed(String line) {
        assertThatThrownBy(() -> parse(line))
                .isInstanceOfSatisfying(
                        UsageException.class, e -> assertThat(e.showUsage()).isFalse())
                .hasMessageMatching("(?s).*(abc|1x|0|x|-1).*");
    }

    @Property
    void anyWordsGetAnAnswer(@ForAll List<String> words) {
        try {
            CommandLineParser.parse(words.toArray(String[]::new));
        } catch (UsageException expected) {
            assertThat(expected.showUsage() || expected.getMessage() != null).isTrue();
        }
    }
}
