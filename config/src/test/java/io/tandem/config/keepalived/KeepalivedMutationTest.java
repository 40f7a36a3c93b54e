// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files with a mistake each, beside {@code keepalived -t}: its status is ours, and most of its messages. It may hang or
 * crash over some; those do not count. {@code -Dtandem.mutations=1000} draws more, {@code -Dtandem.seed=N} others.
 */
@Timeout(900)
class KeepalivedMutationTest {
    private static final int USUAL = 120;
    private static final double AGREEMENT = 0.95;
    private static final String[] VALUES = {
        "0",
        "-1",
        "1",
        "255",
        "256",
        "99999",
        "4294967296",
        "1.5",
        "x",
        "\"\"",
        "10.99.77.300",
        "fd00::1",
        "true",
        "reverse",
        "weight",
        "/nosuch/x",
        "root",
        "nosuchuser",
        "nosuchif0",
        "{",
        "}"
    };

    @TempDir
    Path directory;

    @Test
    void aMistakeGetsKeepalivedsStatus() throws Exception {
        String interfaceName = KeepalivedOracleTest.anInterface();
        boolean ready = Files.isExecutable(Path.of("/usr/sbin/keepalived")) && !interfaceName.isEmpty();
        assertThat(ready || !"true".equals(System.getenv("CI")))
                .as("keepalived")
                .isTrue();
        assumeTrue(ready);
        List<String> bases = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/keepalived"))) {
            for (Path file : files.sorted().toList()) {
                bases.add(Files.readString(file).replace("IF", interfaceName));
            }
        }
        int wanted = Integer.getInteger("tandem.mutations", USUAL);
        long seed = Long.getLong("tandem.seed", 1);
        int judged = 0;
        List<String> differing = new ArrayList<>();
        Map<String, String> missing = new TreeMap<>();
        for (int i = 0; i < wanted; i++) {
            Random random = new Random(seed * 1_000_003 + i);
            String base = bases.get(i % bases.size());
            String text = i < bases.size() ? base : mutated(base, random);
            Path file = directory.resolve("k.conf");
            Files.writeString(file, text);
            Path said = directory.resolve("said");
            int status = keepalived(file, said);
            if (status != 0 && status != 2 && status != 5 && status != 6) {
                continue; // it hung, or crashed
            }
            judged++;
            Problems problems = new Problems();
            KeepalivedConf conf = KeepalivedConf.load(file, KeepalivedHost.current(System.getenv(), "host"), problems);
            String change = changed(base, text);
            if (conf.checkStatus() != status) {
                differing.add(i + ": keepalived " + status + ", here " + conf.checkStatus() + ": " + change + "\n    "
                        + text(said) + "\n    here: "
                        + problems.all().stream().map(Problem::text).toList());
            }
            List<String> ours =
                    problems.all().stream().map(problem -> bare(problem.text())).toList();
            for (String line : text(said)) {
                if (!ours.contains(bare(line))) {
                    missing.merge(
                            bare(line).replaceAll("'[^']*'|\\d+", "*"),
                            "1x " + bare(line) + "   <- " + change,
                            (one, two) -> (Integer.parseInt(one.split("x ", 2)[0]) + 1) + "x " + one.split("x ", 2)[1]);
                }
            }
        }
        System.out.println("keepalived.conf mutations: " + judged + " judged, " + differing.size()
                + " with another status, " + missing.size() + " kinds of messages that are not ours");
        if (Boolean.getBoolean("tandem.show")) {
            differing.forEach(System.out::println);
            missing.values().forEach(System.out::println);
        }
        assertThat(judged).isGreaterThan(wanted / 2);
        assertThat((double) differing.size() / judged)
                .as(String.join("\n", differing))
                .isLessThan(1 - AGREEMENT);
    }

    private static int keepalived(Path file, Path said) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "timeout", "-s", "KILL", "2", "/usr/sbin/keepalived", "-i", "host", "-t", "-f", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static String mutated(String base, Random random) {
        List<String> lines = new ArrayList<>(base.lines().toList());
        int at = random.nextInt(lines.size());
        List<String> words = new ArrayList<>(List.of(lines.get(at).strip().split(" ")));
        int word = random.nextInt(words.size());
        switch (random.nextInt(9)) {
            case 0 -> lines.remove(at);
            case 1 -> lines.add(at, lines.get(at));
            case 2 -> words.remove(word);
            case 3 -> words.set(word, VALUES[random.nextInt(VALUES.length)]);
            case 4 -> words.add(VALUES[random.nextInt(VALUES.length)]);
            case 5 -> words.set(0, misspelt(words.get(0), random));
            case 6 -> words.set(word, misspelt(words.get(word), random));
            case 7 -> words.set(words.size() - 1, VALUES[random.nextInt(VALUES.length)]);
            default -> {
                String other = lines.get(random.nextInt(lines.size()));
                lines.add(at, other);
            }
        }
        if (lines.size() == base.lines().count()) {
            lines.set(at, " " + String.join(" ", words));
        }
        return String.join("\n", lines) + "\n";
    }

    private static String misspelt(String word, Random random) {
        if (word.isEmpty()) {
            return "z";
        }
        int at = random.nextInt(word.length());
        return switch (random.nextInt(3)) {
            case 0 -> word.substring(0, at) + word.substring(at + 1);
            case 1 -> word.substring(0, at) + "z" + word.substring(at);
            default -> word.toUpperCase(Locale.ROOT);
        };
    }

    /** The lines that the mutation touched. */
    private static String changed(String base, String text) {
        List<String> before = base.lines().toList();
        List<String> after = text.lines().toList();
        int from = 0;
        while (from < Math.min(before.size(), after.size())
                && before.get(from).strip().equals(after.get(from).strip())) {
            from++;
        }
        return "line " + (from + 1) + ": "
                + (from < before.size() ? before.get(from).strip() : "(end)") + "  =>  "
                + (from < after.size() ? after.get(from).strip() : "(end)");
    }

    private static String bare(String message) {
        return message.replaceFirst("^\\([^)]*Line \\d+\\) ", "").strip();
    }

    private static List<String> text(Path output) throws IOException {
        return new String(Files.readAllBytes(output), StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> !line.isBlank())
                .distinct()
                .toList();
    }
}
