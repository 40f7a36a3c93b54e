// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code log} lines, log formats, rings, log forwarders and mailers with {@code -c}, right and wrong, beside haproxy's. */
class LogSectionsCheckTest {
    @TempDir
    Path directory;

    @Test
    void everyConfigurationIsJudgedAsHaproxyJudgesIt() throws Exception {
        InstalledHaproxy.assumeInstalled();
        List<String> differences = new ArrayList<>();
        for (String text : configurations()) {
            Path file = directory.resolve("t.cfg");
            Files.writeString(file, text);
            var ours = Checked.byTandem("-c", "-f", file.toString());
            var theirs = Checked.byHaproxy("-c", "-f", file.toString());
            if (!ours.equals(theirs)) {
                differences.add(text + "\n haproxy: " + theirs + "\n tandem:  " + ours);
            }
        }

        assertThat(differences).isEmpty();
    }

    private static List<String> configurations() throws Exception {
        try (InputStream in = Objects.requireNonNull(
                LogSectionsCheckTest.class.getResourceAsStream("check/log-sections.txt"), "configurations")) {
            return List.of(new String(in.readAllBytes(), StandardCharsets.UTF_8).split("(?m)^---\n", -1));
        }
    }
}
