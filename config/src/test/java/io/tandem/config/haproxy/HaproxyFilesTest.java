// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.text.Bytes;
import io.tandem.config.text.Origin;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Word;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HaproxyFilesTest {
    @SuppressWarnings("NullAway.Init")
    @TempDir
    Path directory;

    private final Environment environment = new Environment(Map.of("NAME", "web"));
    private final Problems problems = new Problems();

    private ParsedConfig parse(String text) {
        return HaproxyFiles.parse(
                List.of(new HaproxyFiles.Source("f.cfg", text)), environment, Oracle.PLATFORM, false, problems);
    }

    @Test
    void everyWordKnowsWhereItStands() {
        ParsedConfig config = parse("# c\nfrontend \"$NAME\"  # x\n\tbind :80   ssl\n");

        Section section = config.sections().get(0);
        assertThat(section.kind()).isEqualTo("frontend");
        assertThat(section.name()).isEqualTo("web");
        assertThat(section.header().words().get(1)).isEqualTo(new Word("web", new Origin("f.cfg", 2, 10)));
        assertThat(section.lines().get(0).words())
                .containsExactly(
                        new Word("bind", new Origin("f.cfg", 3, 2)),
                        new Word(":80", new Origin("f.cfg", 3, 7)),
                        new Word("ssl", new Origin("f.cfg", 3, 13)));
    }

    @Test
    void bytesPassUnchanged() {
        ParsedConfig config = parse("global\n description \u00c3\u00a9\\xff\n");

        assertThat(config.sections().get(0).lines().get(0).text(1)).isEqualTo("\u00c3\u00a9\u00ff");
        assertThat(Bytes.toUnicode("\u00c3\u00a9")).isEqualTo("\u00e9");
        assertThat(Bytes.fromUnicode("\u00e9")).isEqualTo("\u00c3\u00a9");
    }

    @Test
    void aDirectoryStandsForItsFilesInTheOrderOfTheirNames() throws Exception {
        Files.writeString(directory.resolve("b.cfg"), "backend b\n");
        Files.writeString(directory.resolve("a.cfg"), "backend a\n");
        Files.writeString(directory.resolve(".hidden.cfg"), "backend hidden\n");
        Files.writeString(directory.resolve("c.conf"), "backend c\n");
        Files.createDirectory(directory.resolve("d.cfg"));
        Files.writeString(directory.resolve("last"), "backend last\n");

        ParsedConfig config = HaproxyFiles.load(
                List.of(directory.toString(), directory + "/last"), environment, Oracle.PLATFORM, false, problems);

        assertThat(config.sections()).extracting(Section::name).containsExactly("a", "b", "last");
        assertThat(config.files()).containsExactly(directory + "/a.cfg", directory + "/b.cfg", directory + "/last");
        assertThat(environment.get("HAPROXY_CFGFILES")).isEqualTo(String.join(";", config.files()));
        assertThat(problems.all()).isEmpty();
    }

    @Test
    void aMissingFileIsNamed() {
        HaproxyFiles.load(List.of("/nonexistent.cfg"), environment, Oracle.PLATFORM, false, problems);

        assertThat(problems.all())
                .extracting(Problem::text)
                .containsExactly(
                        "Cannot open configuration file/directory /nonexistent.cfg : No such file or directory");
    }

    @Test
    void aFileDoesNotContinueTheSectionOfTheOneBefore() {
        HaproxyFiles.parse(
                List.of(new HaproxyFiles.Source("1", "global\n"), new HaproxyFiles.Source("2", " daemon\n")),
                environment,
                Oracle.PLATFORM,
                false,
                problems);

        assertThat(problems.all())
                .extracting(Problem::text)
                .containsExactly("parsing [2:1]: unknown keyword 'daemon' out of section.");
    }

    @Test
    void sectionsAreHandedOnOneByOneUntilNoMoreAreWanted() {
        List<String> seen = new ArrayList<>();

        Origin abortedAt = HaproxyFiles.parse(
                List.of(new HaproxyFiles.Source(
                        "f.cfg", "global\n setenv A 1\nbackend one\nglobal\n setenv A 2\nbackend two\nbogus '\n")),
                environment,
                Oracle.PLATFORM,
                false,
                problems,
                section -> {
                    seen.add(section.kind() + section.name() + environment.get("A"));
                    return seen.size() < 3;
                });

        assertThat(abortedAt).isNull();
        assertThat(seen).containsExactly("global1", "backendone1", "global2");
        assertThat(problems.all()).isEmpty();
    }

    @Test
    void readingStopsWhereHaproxyGivesUp() {
        ParsedConfig config = parse("global\n.alert stop\nbogus\n");

        assertThat(config.abortedAt()).isEqualTo(new Origin("f.cfg", 2, 0));
        assertThat(problems.all()).hasSize(1);
    }

    @Test
    void anyMutationOfAFileIsReadWithoutFailing() {
        String sample =
                """
                global
                    log "${LOG-127.0.0.1}:514" local0
                    setenv BACK 'b 1'
                .if version_atleast(2.4) && !defined(NO_WEB)
                frontend web   # comment
                    bind *:80,[::]:443 ssl crt /etc/ssl/ alpn h2,http/1.1
                    http-request set-header X-A "%[src] \\"q\\" \\x41" if { path -m beg /a\\ b }
                    use_backend "${BACK[*]}" unless TRUE
                .elif streq("$NAME",web)
                .else
                    .notice "no web"
                .endif
                backend b
                    server s1 127.0.0.1:${PORT} check inter 2s
                """;
        long seed = Long.getLong("tandem.seed", System.nanoTime());
        Random random = new Random(seed);
        String alphabet = "\"'\\${}[]*#-.\n\r\t \0()!&|,:@0aZ_\u00ff\u0001";
        Assertions.assertTimeout(
                Duration.ofSeconds(60),
                () -> {
                    for (int i = 0; i < 20_000; i++) {
                        StringBuilder text = new StringBuilder(sample);
                        int edits = 1 + random.nextInt(12);
                        for (int edit = 0; edit < edits; edit++) {
                            int at = random.nextInt(text.length());
                            char c = alphabet.charAt(random.nextInt(alphabet.length()));
                            switch (random.nextInt(4)) {
                                case 0 -> text.deleteCharAt(at);
                                case 1 -> text.insert(at, c);
                                case 2 -> text.setCharAt(at, c);
                                default -> text.insert(at, sample.substring(at % sample.length()));
                            }
                        }
                        parse(text.toString());
                    }
                },
                () -> "seed " + seed);
    }
}
