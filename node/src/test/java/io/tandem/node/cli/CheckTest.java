// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code -c} beside HAProxy's: the same words in the same order, the same status. */
class CheckTest {
    /** Commands of later releases, and of our own. */
    /** What later versions of HAProxy have. */
    private static final List<String> NEWER = List.of(
            "show ssl ocsp-updates [WORKER] ",
            "update ssl ocsp-response [WORKER] ",
            "bwlim-in [BWLIM]",
            "bwlim-out [BWLIM]");

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
                "globals",
                "mixed-modes",
                "stats-in-tcp",
                "admin-sockets"
            })
    void saysWhatHaproxySays(String name) throws Exception {
        String file = file(name);

        assertThat(Checked.byTandem("-c", "-f", file)).isEqualTo(Checked.byHaproxy("-c", "-f", file));
    }

    @Test
    void namesEveryActionItHasAndTheNearest() throws Exception {
        Checked answer = Checked.byTandem("-c", "-f", file("bad-action"));

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
        Checked answer = Checked.byTandem("-c", "-f", file);

        assertThat(Checked.byHaproxy("-c", "-f", file).status()).isEqualTo(1);
        assertThat(answer.output())
                .contains("[WARNING]")
                .endsWith("Warnings were found.\nConfiguration file is valid\n");
        assertThat(answer.status()).isZero();
    }

    @Test
    void severalFilesAreReportedOneAfterTheOther() throws Exception {
        String[] files = {"-c", "-f", file("unknown-keyword"), "-f", file("globals"), "-f", file("outside-section")};

        assertThat(Checked.byTandem(files)).isEqualTo(Checked.byHaproxy(files));
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
            assertThat(Checked.byTandem(options)).as(String.join(" ", options)).isEqualTo(Checked.byHaproxy(options));
        }
    }

    @Test
    void listsOfKeywordsHaveHaproxysShape() throws Exception {
        for (String of : List.of("cli", "flt")) {
            List<String> ours = Checked.byTandem("-dK" + of).output().lines().toList();
            List<String> theirs = Checked.byHaproxy("-dK" + of, "-c", "-f", file("valid"))
                    .output()
                    .lines()
                    .map(line -> line.replace("[MASTER] [WORKER]", "[WORKER]"))
                    .toList();

            assertThat(ours.get(0)).isEqualTo(theirs.get(0));
            assertThat(ours.stream()
                            .filter(line -> !theirs.contains(line) && !NEWER.contains(line) && !line.contains("vrrp")))
                    .as(of)
                    .isEmpty();
            assertThat(ours).hasSizeGreaterThan(of.equals("cli") ? 80 : 3);
        }
    }

    private static String file(String name) throws Exception {
        return Path.of(Objects.requireNonNull(CheckTest.class.getResource("check/" + name + ".cfg"), name)
                        .toURI())
                .toString();
    }
}
