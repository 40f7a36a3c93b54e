// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.rules.pattern.PatternFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said about mistakes in rules, against what an installed HAProxy 2.6 says about the same lines. */
class CheckDifferentialTest {
    private static final Path HAPROXY = Path.of("/usr/sbin/haproxy");
    private static final Pattern MESSAGE =
            Pattern.compile("\\[(ALERT|WARNING)] +\\(\\d+\\) : (?:config : )?(.*)", Pattern.DOTALL);

    @TempDir
    Path directory;

    @Test
    void complaintsAreHaproxysToTheLetter() throws Exception {
        assumeHaproxy();
        compare(lines());
    }

    @Test
    void complaintsAboutPatternsAreHaproxys() throws Exception {
        assumeHaproxy();
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

    static void assumeHaproxy() {
        boolean installed = Files.isExecutable(HAPROXY);
        assertThat(installed || !"true".equals(System.getenv("CI")))
                .as("haproxy installed")
                .isTrue();
        assumeTrue(installed, "haproxy is not installed");
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
        Files.writeString(directory.resolve("t.cfg"), text, StandardCharsets.ISO_8859_1);
        Process process = new ProcessBuilder(HAPROXY.toString(), "-c", "-f", "t.cfg")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        List<String> messages = new ArrayList<>();
        for (String part : output.split("(?m)^(?=\\[)|^(?=Warnings were|Configuration file is valid)", -1)) {
            Matcher matcher = MESSAGE.matcher(part);
            if (matcher.matches() && relevant(matcher.group(2))) {
                messages.add(matcher.group(2).strip());
            }
        }
        return messages;
    }

    private static List<String> tandem(String text) {
        return LoadedText.of(text).messages().stream()
                .filter(CheckDifferentialTest::relevant)
                .map(String::strip)
                .toList();
    }

    private static boolean relevant(String message) {
        return !message.startsWith("Error(s) found")
                && !message.startsWith("Fatal errors found")
                && !message.contains("timeout");
    }
}
