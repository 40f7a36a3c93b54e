// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.rules.pattern.PatternFiles;
import io.tandem.node.testkit.HaproxyCheck;
import io.tandem.node.testkit.InstalledHaproxy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said about mistakes in rules, against what an installed HAProxy 2.6 says about the same lines. */
class CheckDifferentialTest {
    @TempDir
    Path directory;

    @Test
    void complaintsAreHaproxysToTheLetter() throws Exception {
        InstalledHaproxy.assumeInstalled();
        compare(lines());
    }

    @Test
    void complaintsAboutPatternsAreHaproxys() throws Exception {
        InstalledHaproxy.assumeInstalled();
        PatternFiles.copyTo(directory);
        compare(PatternFiles.lines("mistakes.txt").stream()
                .map(line -> line.replace("DIR", directory.toString()))
                .toList());
    }

    private void compare(List<String> lines) throws Exception {
        List<String> differences = new ArrayList<>();
        int unsupported = 0;
        for (String line : lines) {
            String text = configuration(line);
            List<String> theirs = haproxy(text);
            List<String> ours = tandem(text);
            if (ours.stream().anyMatch(m -> m.contains("is not supported by this version of tandem"))) {
                unsupported++;
            } else if (!ours.equals(theirs)) {
                differences.add(line + "\n  haproxy: " + theirs + "\n  tandem:  " + ours);
            }
        }
        assertThat(differences).as("lines that differ").isEmpty();
        assertThat(unsupported).as("lines refused as not supported").isLessThan(lines.size() / 20);
    }

    private static List<String> lines() throws IOException {
        try (InputStream in = Objects.requireNonNull(CheckDifferentialTest.class.getResourceAsStream("mistakes.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("##"))
                    .toList();
        }
    }

    private static String configuration(String line) {
        return "defaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n"
                + "userlist users\n user u insecure-password p\n"
                + "backend t\n stick-table type ip size 1k store http_req_rate(10s),gpc0\n server s 127.0.0.1:1\n"
                + "backend b\n server s 127.0.0.1:1\n"
                + "listen f\n bind 127.0.0.1:18999\n " + line + "\n server s 127.0.0.1:1\n";
    }

    private List<String> haproxy(String text) throws IOException, InterruptedException {
        return HaproxyCheck.of(directory, text).stream()
                .map(HaproxyCheck.Message::text)
                .filter(CheckDifferentialTest::relevant)
                .toList();
    }

    private static List<String> tandem(String text) {
        return LoadedText.of(text).messages().stream()
                .filter(CheckDifferentialTest::relevant)
                .map(String::strip)
                .toList();
    }

    private static boolean relevant(String message) {
        return !HaproxyCheck.isSummary(message) && !message.contains("timeout");
    }
}
