// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.tandem.config.text.Problem;
import io.tandem.config.text.Severity;
import io.tandem.node.boot.LoadedText;
import io.tandem.node.testkit.HaproxyCheck;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code -c} says about single lines: every message to the letter, and the exit status, as the installed haproxy's.
 *
 * <p>A table is a resource {@code *.mistakes} beside this class, found by itself: every line is a line of a proxy with a
 * frontend, a backend and a table (see {@link #HEAD}). Lines that begin with {@code #} say nothing; {@code @differs
 * LINE ## REASON} is a known difference, {@code *} standing for any part of the line. A known difference that has vanished
 * fails.
 */
class MistakesDifferentialTest {
    private static final String HEAD =
            """
            defaults
             mode http
             timeout client 1s
             timeout server 1s
             timeout connect 1s
            userlist users
             user u insecure-password p
            backend t
             stick-table type ip size 1k store http_req_rate(10s),gpc0
             server s 127.0.0.1:1
            backend b
             server s 127.0.0.1:1
            listen f
             bind 127.0.0.1:18999
            """;

    private static final int FIRST_LINE = HEAD.split("\n", -1).length;

    /** HAProxy says no more behind fifty. */
    private static final int MESSAGES_AT_ONCE = 40;

    private static final Verdict FINE = new Verdict(List.of(), 0);

    /** What was said, in order, and the exit status. */
    private record Verdict(List<String> messages, int status) {}

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> complaintsAreHaproxysToTheLetter() throws Exception {
        InstalledHaproxy.assumeInstalled();
        List<String> tables = CaseTable.resources(".mistakes").toList();
        assertThat(tables).isNotEmpty();
        return tables.stream().map(name -> dynamicTest(name, () -> compare(name)));
    }

    private void compare(String name) throws Exception {
        CaseTable table = CaseTable.read(name);
        Map<Case, Verdict> ours = new LinkedHashMap<>();
        table.cases.forEach(line -> ours.put(line, tandem(configuration(List.of(line)))));
        Map<Case, Verdict> theirs = haproxy(ours);
        List<String> differences = new ArrayList<>();
        Set<CaseTable.Known> used = new HashSet<>();
        for (Case line : table.cases) {
            boolean isSame = Objects.equals(ours.get(line), theirs.get(line));
            CaseTable.Known known = table.known(line);
            if (known != null) {
                used.add(known);
            }
            if (isSame && known != null) {
                differences.add(line + "\n  differs no more: " + known.reason());
            } else if (!isSame && known == null) {
                differences.add(line + "\n  haproxy: " + theirs.get(line) + "\n  tandem:  " + ours.get(line));
            }
        }
        table.known.stream()
                .filter(known -> !used.contains(known))
                .forEach(known -> differences.add(known.pattern() + "\n  covers no line"));
        assertThat(differences)
                .as(differences.size() + " of " + table.cases.size() + " lines differ\n"
                        + String.join("\n", differences))
                .isEmpty();
    }

    private static String configuration(List<Case> lines) {
        StringBuilder text = new StringBuilder(HEAD);
        lines.forEach(line -> text.append(' ').append(line.text()).append('\n'));
        return text.append(" server s 127.0.0.1:1\n").toString();
    }

    private static Verdict tandem(String text) {
        LoadedText loaded = LoadedText.of(text);
        boolean refused =
                loaded.problems().stream().map(Problem::severity).anyMatch(severity -> severity == Severity.ALERT);
        return new Verdict(
                loaded.messages().stream()
                        .filter(MistakesDifferentialTest::isRelevant)
                        .map(String::strip)
                        .toList(),
                refused ? 1 : 0);
    }

    /**
     * HAProxy's verdicts, of many lines at once where it goes on behind a mistake: what we find good should pass all
     * together, what we refuse should get a message each. Where that is not so, the line is tried alone.
     */
    private Map<Case, Verdict> haproxy(Map<Case, Verdict> ours) throws IOException, InterruptedException {
        Map<Case, Verdict> theirs = new HashMap<>();
        List<Case> good = new ArrayList<>();
        List<Case> bad = new ArrayList<>();
        for (Map.Entry<Case, Verdict> line : ours.entrySet()) {
            if (line.getValue().equals(FINE)) {
                good.add(line.getKey());
            } else if (line.getKey().text().matches("(acl|tcp-re[a-z]+) .*")) {
                bad.add(line.getKey());
            }
        }
        passTogether(good, theirs);
        for (int i = 0; i < bad.size(); i += MESSAGES_AT_ONCE) {
            failTogether(bad.subList(i, Math.min(bad.size(), i + MESSAGES_AT_ONCE)), theirs);
        }
        for (Case line : ours.keySet()) {
            if (!theirs.containsKey(line)) {
                theirs.put(line, haproxy(configuration(List.of(line))));
            }
        }
        return theirs;
    }

    private void passTogether(List<Case> lines, Map<Case, Verdict> verdicts) throws IOException, InterruptedException {
        if (lines.size() < 2) {
            return;
        }
        Verdict verdict = haproxy(configuration(lines));
        if (verdict.equals(FINE)) {
            lines.forEach(line -> verdicts.put(line, FINE));
        } else {
            passTogether(lines.subList(0, lines.size() / 2), verdicts);
            passTogether(lines.subList(lines.size() / 2, lines.size()), verdicts);
        }
    }

    private void failTogether(List<Case> lines, Map<Case, Verdict> verdicts) throws IOException, InterruptedException {
        List<String> messages = haproxy(configuration(lines)).messages();
        for (int i = 0; i < lines.size(); i++) {
            String place = "[t.cfg:" + (FIRST_LINE + i) + "]";
            List<String> its = messages.stream()
                    .filter(message -> message.contains(place))
                    .map(message -> message.replace(place, "[t.cfg:" + FIRST_LINE + "]"))
                    .toList();
            if (its.size() == 1) {
                verdicts.put(lines.get(i), new Verdict(its, 1));
            }
        }
    }

    private Verdict haproxy(String text) throws IOException, InterruptedException {
        Program.Ended ended = HaproxyCheck.run(directory, text);
        return new Verdict(
                HaproxyCheck.in(ended.output()).stream()
                        .map(HaproxyCheck.Message::text)
                        .filter(MistakesDifferentialTest::isRelevant)
                        .toList(),
                ended.status());
    }

    /** Warnings of ours that something means nothing here are no difference: HAProxy has what they speak of. */
    private static boolean isRelevant(String message) {
        return !message.contains("timeout") && !message.contains("has no effect");
    }
}
