// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.haproxy.Environment;
import io.tandem.config.haproxy.HaproxyFiles;
import io.tandem.config.haproxy.ParsedConfig;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.node.boot.Catalogue.Chapter;
import io.tandem.node.boot.Catalogue.Entry;
import io.tandem.node.cli.TandemPlatform;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.Keyword.Standing;
import io.tandem.node.language.LoadOptions;
import io.tandem.node.testkit.Program;
import io.tandem.node.testkit.SelfSigned;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No keyword that is said to work is read and forgotten: a line with it leaves something behind that is not there without it.
 * The lines are in {@code keyword-examples.txt}: each chapter of the catalogue must have one for each keyword.
 */
class KeywordEffectTest {
    private static final Set<Chapter> LINES =
            Set.of(Chapter.GLOBAL, Chapter.PROXY, Chapter.OPTION, Chapter.OTHER, Chapter.BIND, Chapter.SERVER);

    /** What a new keyword is tried with: one of these mostly is what it wants. */
    private static final List<String> USUAL = List.of(
            "",
            "7",
            "70",
            "7000",
            "on",
            "off",
            "7s",
            "name",
            "127.0.0.1",
            "127.0.0.1:7",
            "name 127.0.0.1:7",
            "if TRUE");

    @TempDir
    private Path directory;

    private final Map<String, String> examples = new HashMap<>();
    private final Set<String> elsewhere = new HashSet<>();

    @Test
    void whatWorksLeavesSomethingBehind() throws Exception {
        Program.assumeInstalled("openssl");
        files();
        readExamples();
        List<String> wrong = new ArrayList<>();
        for (Entry entry : Catalogue.all()) {
            String key = key(entry);
            if (LINES.contains(entry.chapter()) && entry.standing() == Standing.WORKS && !elsewhere.contains(key)) {
                judge(entry, key, wrong);
            }
        }

        assertThat(wrong).as(String.join("\n", wrong)).isEmpty();
    }

    private static String key(Entry entry) {
        String where = entry.chapter() == Chapter.OTHER ? entry.where().get(0) + " " : "";
        return entry.chapter() + " " + where + entry.name();
    }

    /** Where no example is given, the first of the usual arguments that is accepted. */
    private void judge(Entry entry, String key, List<String> wrong) throws ReflectiveOperationException {
        String given = examples.get(key);
        String complaint = "";
        for (String example : given == null ? USUAL : List.of(filled(given))) {
            Problems problems = new Problems();
            String with = left(text(entry, example, true), problems);
            String said = problems.all().stream().map(Problem::text).collect(Collectors.joining("; "));
            if (problems.hasAlerts() || said.contains("has no effect")) {
                complaint = said;
            } else if (!with.equals(left(text(entry, example, false), new Problems()))) {
                return;
            } else {
                complaint = "leaves nothing behind: " + said;
            }
        }
        wrong.add(key + " = " + given + ": " + complaint);
    }

    private String filled(String example) {
        return example.replace("{directory}", directory.toString())
                .replace("{pem}", directory.resolve("c.pem").toString())
                .replace("{list}", directory.resolve("c.list").toString())
                .replace("{keys}", directory.resolve("c.keys").toString());
    }

    private static String left(String text, Problems problems) throws ReflectiveOperationException {
        ParsedConfig parsed = HaproxyFiles.parse(
                List.of(new HaproxyFiles.Source("t.cfg", text)),
                new Environment(Map.of()),
                new TandemPlatform(),
                false,
                problems);
        Drafts drafts = SectionReader.read(parsed, problems, LoadOptions.plain());
        return Fingerprint.of(drafts);
    }

    /** A certificate with its key, a list of one, keys for tickets. */
    private void files() throws Exception {
        Path pem = SelfSigned.certificate(directory, "c");
        Files.writeString(directory.resolve("c.list"), pem + "\n");
        String ticketKey = Base64.getEncoder().encodeToString(new byte[48]) + "\n";
        Files.writeString(directory.resolve("c.keys"), ticketKey.repeat(3));
    }

    /** @param with whether the keyword is there; otherwise its line is empty, so that all others keep their numbers */
    private static String text(Entry entry, String example, boolean with) {
        int caret = example.indexOf('^');
        String before = caret < 0 ? "" : example.substring(0, caret);
        boolean opens = entry.chapter() != Chapter.BIND && entry.chapter() != Chapter.SERVER;
        String keyword = before
                + (opens && caret >= 0 ? "\n    " : "")
                + (with ? entry.name() + " " + example.substring(caret + 1) : "");
        return switch (entry.chapter()) {
            case GLOBAL -> "global\n    " + keyword + "\n";
            case BIND -> "listen x\n    mode http\n    bind 127.0.0.1:1 " + keyword + "\n";
            case SERVER -> "backend x\n    mode http\n    server s 127.0.0.1:1 " + keyword + "\n";
            case OTHER -> entry.where().get(0) + " x\n    " + keyword + "\n";
            default -> {
                String section = entry.where().contains("listen")
                        ? "listen x"
                        : entry.where().isEmpty() ? "listen x" : entry.where().get(0) + " x";
                yield section + "\n    mode http\n    " + keyword + "\n";
            }
        };
    }

    private void readExamples() throws IOException {
        try (var in = Objects.requireNonNull(KeywordEffectTest.class.getResourceAsStream("keyword-examples.txt"))) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                if (line.startsWith("elsewhere: ")) {
                    elsewhere.add(line.substring("elsewhere: ".length()).replaceAll(" -- .*", ""));
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    String[] pair = line.split(" = ", 2);
                    examples.put(pair[0], pair[1]);
                }
            }
        }
    }
}
