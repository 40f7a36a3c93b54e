// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Program;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code -c} beside HAProxy's: the same words in the same order, the same status. */
class CheckTest {
    private static final Path HAPROXY = Path.of("/usr/sbin/haproxy");

    private record Answer(int status, String output) {}

    @BeforeEach
    void haproxyIsInstalled() {
        InstalledHaproxy.assumeInstalled();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "valid",
                "unknown-keyword",
                "missing-backend",
                "missing-certificate",
                "unknown-acl",
                "missing-timeouts",
                "duplicate-server",
                "duplicate-proxy",
                "unresolvable-server",
                "bad-time",
                "no-listener",
                "bad-fetch",
                "http-rule-in-tcp",
                "rule-order",
                "bad-log-format",
                "unknown-server-option",
                "unknown-bind-option",
                "outside-section",
                "unknown-section",
                "unknown-user",
                "missing-variable",
                "no-final-newline",
                "bad-names",
                "unknown-option",
                "negation",
                "globals"
            })
    void saysWhatHaproxySays(String name) throws Exception {
        String file = file(name);

        assertThat(tandem("-c", "-f", file)).isEqualTo(haproxy("-c", "-f", file));
    }

    @Test
    void namesEveryActionItHasAndTheNearest() throws Exception {
        Answer answer = tandem("-c", "-f", file("bad-action"));

        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.output())
                .contains("bad-action.cfg:9]: 'http-request' expects ")
                .contains("'deny'")
                .contains("but got 'dney'. Did you mean 'deny' maybe ?")
                .doesNotContain("Fatal errors found in configuration.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"retired-reqadd", "retired-nbproc", "retired-htx"})
    void whatHaproxyDroppedIsAcceptedWithAWarning(String name) throws Exception {
        String file = file(name);
        Answer answer = tandem("-c", "-f", file);

        assertThat(haproxy("-c", "-f", file).status()).isEqualTo(1);
        assertThat(answer.output())
                .contains("[WARNING]")
                .endsWith("Warnings were found.\nConfiguration file is valid\n");
        assertThat(answer.status()).isZero();
    }

    @Test
    void severalFilesAreReportedOneAfterTheOther() throws Exception {
        String[] files = {"-c", "-f", file("unknown-keyword"), "-f", file("globals"), "-f", file("outside-section")};

        assertThat(tandem(files)).isEqualTo(haproxy(files));
    }

    @Test
    void optionsOfACheck() throws Exception {
        for (String[] options : List.of(
                new String[] {"-c", "-V", "-f", file("valid")},
                new String[] {"-c", "-q", "-f", file("valid")},
                new String[] {"-c", "-q", "-f", file("globals")},
                new String[] {"-c", "-dW", "-f", file("missing-timeouts")},
                new String[] {"-c", "--", file("valid")},
                new String[] {"-c", "-f", "/nonexistent.cfg"},
                new String[] {"-c", "-f", file("no-listener"), "-f", file("valid")})) {
            assertThat(tandem(options)).as(String.join(" ", options)).isEqualTo(haproxy(options));
        }
    }

    private static String file(String name) throws Exception {
        return Path.of(Objects.requireNonNull(CheckTest.class.getResource("check/" + name + ".cfg"), name)
                        .toURI())
                .toString();
    }

    private static Answer tandem(String... arguments) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(output, true, StandardCharsets.ISO_8859_1);
        int status = Main.run(stream, stream, Map.of("TANDEM_LAUNCHER", HAPROXY.toString()), arguments);
        return new Answer(status, normal(output.toString(StandardCharsets.ISO_8859_1)));
    }

    private static Answer haproxy(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(HAPROXY.toString()));
        command.addAll(List.of(arguments));
        Program.Ended ended = Program.of(command).run();
        return new Answer(ended.status(), normal(ended.output()));
    }

    private static String normal(String output) {
        return output.replaceAll("(?m)^(\\[[A-Z]+\\] +)\\(\\d+\\)", "$1(PID)")
                .replaceAll("haproxy version is .*", "haproxy version is V");
    }
}
