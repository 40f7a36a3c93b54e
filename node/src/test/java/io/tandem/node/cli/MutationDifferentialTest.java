// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.Program;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole configurations with one mistake each, given to {@code haproxy -c} and {@code tandem -c}: the same verdict, and mostly the
 * same first complaint. The mistakes are drawn with a seed each; {@code -Dtandem.mutations=1000} draws more of them, of
 * {@code -Dtandem.corpus=DIRECTORY} instead of those here.
 */
class MutationDifferentialTest {
    private static final double SAME_STATUS = 0.99;
    private static final double SAME_FIRST = 0.93;

    @TempDir
    private Path directory;

    @BeforeAll
    static void needs() {
        Program.assumeInstalled("haproxy");
    }

    @Test
    void aMistakeIsJudgedAsHaproxyJudgesIt() throws Exception {
        int wanted = Integer.getInteger("tandem.mutations", 250);
        Map<String, String> files = corpus();
        List<String> names = List.copyOf(files.keySet());
        Path file = directory.resolve("m.cfg");
        int count = 0;
        int sameStatus = 0;
        int sameFirst = 0;
        StringBuilder differences = new StringBuilder();
        for (int seed = 0; seed < wanted; seed++) {
            Random random = new Random(seed);
            String original = names.get(random.nextInt(names.size()));
            Files.writeString(
                    file, mutated(Objects.requireNonNull(files.get(original)), random), StandardCharsets.ISO_8859_1);
            Checked haproxy = haproxy(file);
            Checked tandem = tandem(file);
            count++;
            boolean status = haproxy.status() == tandem.status();
            boolean first = haproxy.first().equals(tandem.first());
            sameStatus += status ? 1 : 0;
            sameFirst += first ? 1 : 0;
            if (!status || !first) {
                differences.append(String.format(
                        "seed %d of %s: %d, %d%n  haproxy %s%n  tandem  %s%n",
                        seed, original, haproxy.status(), tandem.status(), haproxy.first(), tandem.first()));
            }
        }
        System.out.println("mutations: " + count + ", the same status " + sameStatus + ", the same first complaint "
                + sameFirst + (wanted > 250 ? "\n" + differences : ""));
        assertThat((double) sameStatus / count)
                .as("the same status; these differ:%n%s", differences)
                .isGreaterThanOrEqualTo(SAME_STATUS);
        assertThat((double) sameFirst / count)
                .as("the same first complaint; these differ:%n%s", differences)
                .isGreaterThanOrEqualTo(SAME_FIRST);
    }

    /** By name, with stand-ins; what is refused here, or accepted on purpose, would differ whatever the mistake. */
    private Map<String, String> corpus() throws Exception {
        String given = System.getProperty("tandem.corpus");
        Path where = given == null
                ? Path.of(Objects.requireNonNull(MutationDifferentialTest.class.getResource("whole"))
                        .toURI())
                : Path.of(given);
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> all = Files.list(where)) {
            for (Path file :
                    all.filter(f -> f.toString().endsWith(".cfg")).sorted().toList()) {
                String text = new StandIns(directory, 0).rewrite(Files.readString(file, StandardCharsets.ISO_8859_1));
                Path rewritten = directory.resolve("o.cfg");
                Files.writeString(rewritten, text, StandardCharsets.ISO_8859_1);
                Checked oracle = haproxy(rewritten);
                Checked ours = tandem(rewritten);
                boolean alike = oracle.status() == ours.status()
                        && (oracle.status() != 1 || oracle.first().equals(ours.first()));
                if (alike) {
                    texts.put(file.getFileName().toString(), text);
                }
            }
        }
        assertThat(texts).isNotEmpty();
        return texts;
    }

    private static Checked haproxy(Path file) throws Exception {
        return Checked.byHaproxy("-c", "-f", file.toString());
    }

    private static Checked tandem(Path file) {
        return Checked.byTandem("-c", "-f", file.toString()).withoutOwnWarnings();
    }

    private static String mutated(String text, Random random) {
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        for (int tries = 0; tries < 100; tries++) {
            int at = random.nextInt(lines.size());
            String line = lines.get(at);
            if (!line.isBlank() && !line.strip().startsWith("#") && change(lines, at, random)) {
                break;
            }
        }
        return String.join("\n", lines);
    }

    /** One mistake in line {@code at}, or near it; false if that line has no room for the kind that was drawn. */
    private static boolean change(List<String> lines, int at, Random random) {
        String line = lines.get(at);
        List<String> words = new ArrayList<>(List.of(line.strip().split("\\s+")));
        int word = random.nextInt(words.size());
        String chosen = words.get(word);
        switch (random.nextInt(10)) {
            case 0 -> {
                lines.remove(at);
                return true;
            }
            case 1 -> {
                lines.add(at, line);
                return true;
            }
            case 2 -> {
                Collections.swap(lines, at, random.nextInt(lines.size()));
                return true;
            }
            case 3 -> words.remove(word);
            case 4 -> words.set(word, "foo");
            case 5 -> words.add("bar");
            case 6 -> words.add(word, chosen);
            case 7 -> {
                if (chosen.length() < 3) {
                    return false;
                }
                int letter = random.nextInt(chosen.length());
                words.set(word, chosen.substring(0, letter) + chosen.substring(letter + 1));
            }
            case 8 -> {
                if (!chosen.matches("\\d+")) {
                    return false;
                }
                words.set(word, List.of("-1", "0", "99999999999", "1x", "x1").get(random.nextInt(5)));
            }
            default -> {
                if (words.size() < 3) {
                    return false;
                }
                Collections.swap(words, 1, 2);
            }
        }
        lines.set(at, (line.startsWith(" ") ? "    " : "") + String.join(" ", words));
        return true;
    }
}
