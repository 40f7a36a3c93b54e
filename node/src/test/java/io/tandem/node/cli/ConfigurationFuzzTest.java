// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.fuzz.Fuzz;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Configurations with many mistakes at once, of bytes and of words: {@code -c} always comes to a verdict, soon, in bounded memory,
 * and never by an exception. {@code -Dtandem.fuzz.seconds=600} goes on for longer, {@code -Dtandem.corpus=DIRECTORY} begins with
 * other files.
 */
class ConfigurationFuzzTest {
    /** Processor time: one check of a file of some hundred lines takes a few milliseconds, the first ones more. */
    private static final long LIMIT_MS = 5_000;

    /** The same in memory: what one check allocates. */
    private static final long LIMIT_BYTES = 512L << 20;

    private static final String SECRET = "hunter2-never-shown";

    @TempDir
    private Path directory;

    @Test
    void whateverStandsInAFileThereIsAVerdict() throws Exception {
        List<String> texts = texts();
        String[] words = words(texts);
        Path file = directory.resolve("f.cfg");
        Fuzz.run("configurations", random -> {
            String text = mutated(texts.get(random.nextInt(texts.size())), words, random);
            try {
                Files.writeString(file, text, StandardCharsets.ISO_8859_1);
                check(file, text);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private static void check(Path file, String text) {
        long began = spent();
        long allocated = allocated();
        Checked checked;
        try {
            checked = Checked.byTandem("-c", "-dr", "-f", file.toString());
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError thrown) {
            throw new AssertionError(text, thrown);
        }
        assertThat(checked.status()).as(text).isBetween(0, 2);
        assertThat(TimeUnit.NANOSECONDS.toMillis(spent() - began)).as(text).isLessThan(LIMIT_MS);
        assertThat(allocated() - allocated).as(text).isLessThan(LIMIT_BYTES);
    }

    /** Of the processor: names that do not resolve and a busy machine take time without any fault of ours. */
    private static long spent() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private List<String> texts() throws Exception {
        String given = System.getProperty("tandem.corpus");
        List<Path> where = new ArrayList<>();
        if (given != null) {
            where.add(Path.of(given));
        }
        for (String folder : List.of("whole", "check")) {
            where.add(Path.of(Objects.requireNonNull(ConfigurationFuzzTest.class.getResource(folder))
                    .toURI()));
        }
        List<String> texts = new ArrayList<>();
        for (Path folder : where) {
            try (Stream<Path> all = Files.list(folder)) {
                for (Path file :
                        all.filter(f -> f.toString().endsWith(".cfg")).sorted().toList()) {
                    texts.add(new StandIns(directory, 0).rewrite(Files.readString(file, StandardCharsets.ISO_8859_1)));
                }
            }
        }
        return texts;
    }

    private static String[] words(List<String> texts) {
        TreeSet<String> words =
                new TreeSet<>(List.of("{", "}", "!", "||", "or", "if", "unless", "\"", "'", "\\", "%[", "]"));
        texts.forEach(text -> words.addAll(List.of(text.split("[\\s(),]+"))));
        return words.toArray(String[]::new);
    }

    private static String mutated(String original, String[] words, Random random) {
        StringBuilder text = new StringBuilder(original);
        int changes = 1 + random.nextInt(12);
        for (int i = 0; i < changes && text.length() > 0; i++) {
            change(text, words, random);
        }
        return text.toString();
    }

    private static void change(StringBuilder text, String[] words, Random random) {
        int at = random.nextInt(text.length());
        int end = Math.min(text.length(), at + 1 + random.nextInt(20));
        switch (random.nextInt(9)) {
            case 0 -> text.setCharAt(at, (char) random.nextInt(256));
            case 1 -> text.insert(at, (char) random.nextInt(256));
            case 2 -> text.delete(at, end);
            case 3 -> text.insert(at, text.substring(at, end));
            case 4 -> text.insert(at, " " + words[random.nextInt(words.length)] + " ");
            case 5 -> text.insert(at, words[random.nextInt(words.length)]);
            case 6 -> wordAt(text, at, words[random.nextInt(words.length)]);
            case 7 ->
                wordAt(
                        text,
                        at,
                        List.of("-1", "0", "4294967296", "99999999999999999999", "1e9", "0x10", "%", "\\x0")
                                .get(random.nextInt(8)));
            default ->
                text.insert(
                        at,
                        String.valueOf("(,{%[\\\"'".charAt(random.nextInt(8))).repeat(1 + random.nextInt(2_000)));
        }
    }

    private static void wordAt(StringBuilder text, int at, String by) {
        int from = at;
        while (from > 0 && text.charAt(from - 1) > ' ') {
            from--;
        }
        int to = at;
        while (to < text.length() && text.charAt(to) > ' ') {
            to++;
        }
        text.replace(from, to, by);
    }

    /** Where a password may stand, right or wrong. */
    @Test
    void passwordsAreNeverShown() throws Exception {
        Path file = directory.resolve("p.cfg");
        for (String line : List.of(
                "userlist u\n    user a insecure-password " + SECRET + "\n",
                "userlist u\n    user a insecure-password " + SECRET + " groups nobody\n",
                "userlist u\n    user a password " + SECRET + "\n",
                "userlist u\n    user a password " + SECRET + " foo bar\n",
                "userlist u\n    user a insecure-password " + SECRET + "\n    user a insecure-password " + SECRET
                        + "\n",
                "listen l\n    mode http\n    stats auth admin:" + SECRET + "\n",
                "listen l\n    mode http\n    stats auth admin:" + SECRET + " extra\n",
                "listen l\n    mode tcp\n    stats auth admin:" + SECRET + "\n",
                "frontend f\n    mode http\n    stats auth admin:" + SECRET + "\n",
                "listen l\n    bind 127.0.0.1:1 ssl crt /nonexistent ca-sign-pass " + SECRET + "\n")) {
            Files.writeString(file, line);
            assertThat(Checked.byTandem("-c", "-dD", "-V", "-f", file.toString())
                            .output())
                    .as(line)
                    .doesNotContain(SECRET);
        }
    }
}
