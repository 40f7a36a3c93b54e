// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.testkit.HaproxyCheck;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with lines about checks, beside {@code haproxy -c}: 280 lines, most with a mistake. */
class CheckTextsDifferentialTest {
    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp-rules",
                "tcp-expect",
                "http-rules",
                "http-order",
                "http-order-again",
                "rulesets",
                "options",
                "external",
                "ports"
            })
    void mistakesAreWordedAsHaproxyWordsThem(String name) throws Exception {
        String text = read(name + ".cfg");
        List<String> wanted = HaproxyCheck.of(directory, text).stream()
                .map(HaproxyCheck.Message::text)
                .map(CheckTextsDifferentialTest::plain)
                .filter(CheckTextsDifferentialTest::counts)
                .sorted()
                .toList();
        List<String> ours = LoadedText.of(text).messages().stream()
                .map(CheckTextsDifferentialTest::plain)
                .filter(CheckTextsDifferentialTest::counts)
                .sorted()
                .toList();
        // what is found behind the last line is said only where every line could be read
        boolean read = wanted.stream()
                .noneMatch(message -> message.startsWith("parsing [") && !message.contains("deprecated"));
        assertThat(
                        read
                                ? ours
                                : ours.stream()
                                        .filter(message -> !message.contains(" rules without "))
                                        .toList())
                .isEqualTo(wanted);
    }

    private static String read(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(CheckTextsDifferentialTest.class.getResourceAsStream("texts/" + name))) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String plain(String message) {
        return message.replaceAll("\\s+", " ").strip();
    }

    /** Not what sums up, nor what others say about other things. */
    private static boolean counts(String message) {
        return !message.startsWith("missing timeouts")
                && !message.contains("(null)") // a text that haproxy 2.6 forgets to write
                && !message.contains("too many fatal errors");
    }
}
