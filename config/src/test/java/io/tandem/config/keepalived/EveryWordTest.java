// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.text.Problem;
import io.tandem.config.text.Severity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No word of keepalived's is taken without doing what it says, unless somebody is told: all of them are in words.txt. */
class EveryWordTest {
    private static final String SECURE = " enable_script_security\n script_user root\n";
    private static final String MINIMAL = KeepalivedFile.MINIMAL;
    private static final String SECOND = MINIMAL.replace("VI_1", "VI_2").replace("51", "52") + "}\n";

    private final KeepalivedFile conf;

    EveryWordTest(@TempDir Path directory) {
        conf = new KeepalivedFile(directory);
    }

    /**
     * A line of words.txt.
     *
     * @param line with its block on one line
     */
    record Word(String place, String fate, String line) {
        String keyword() {
            return line.split(" ", 2)[0];
        }

        /** As it stands in a file: a line for each brace and each keyword inside. */
        String text() {
            return line.replace("{ ", "{\n ")
                    .replace(" }", "\n}")
                    .replace(" auth_pass", "\n auth_pass")
                    .replace(" interface eth0", "\n interface eth0");
        }
    }

    static List<Word> words() throws IOException {
        try (InputStream found = EveryWordTest.class.getResourceAsStream("/keepalived/words.txt")) {
            String text = new String(Objects.requireNonNull(found).readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" ", 3))
                    .map(parts -> new Word(parts[0], parts[1], parts[2]))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("words")
    void doesWhatItSaysOrIsNamed(Word word) {
        conf.load(file(word));

        List<String> said = conf.problems().all().stream()
                .filter(problem -> problem.severity() != Severity.NOTICE)
                .map(conf::show)
                .toList();
        assertThat(said).noneMatch(text -> text.contains("Unknown keyword"));
        String named = "'" + word.keyword();
        switch (word.fate()) {
            case "works" -> assertThat(said).isEmpty();
            case "warned" -> {
                assertThat(said).anyMatch(text -> text.contains(named) && text.contains("' has no effect in tandem: "));
                assertThat(conf.problems().hasAlerts()).isFalse();
            }
            case "noticed" ->
                assertThat(conf.problems().all())
                        .extracting(Problem::text)
                        .anyMatch(text -> text.contains(named) && text.contains("is left out"));
            case "refused" -> {
                assertThat(said).anyMatch(text -> text.contains("is not supported by this version of tandem"));
                assertThat(conf.conf().refused()).isTrue();
            }
            case "refused-below" ->
                assertThat(said).anyMatch(text -> text.contains(word.keyword()) && text.contains("not supported"));
            default -> { // keepalived says something itself, and goes on
                assertThat(said).isNotEmpty();
                assertThat(conf.problems().hasAlerts()).isFalse();
            }
        }
    }

    private static String file(Word word) {
        String text = word.text() + "\n";
        String security = Stream.of("enable_script_security", "script_user").anyMatch(text::startsWith) ? "" : SECURE;
        return switch (word.place()) {
            case "global" -> "global_defs {\n" + security + needs(word) + text + "}\n" + MINIMAL + "}\n";
            case "top" -> "global_defs {\n" + SECURE + "}\n" + closed(text) + SECOND + MINIMAL + "}\n";
            case "group" ->
                "global_defs {\n" + SECURE + mail() + "}\nvrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n" + text
                        + "}\n" + SECOND + MINIMAL + "}\n";
            default -> "global_defs {\n" + SECURE + mail() + "}\n" + MINIMAL + needs(word) + text + "}\n";
        };
    }

    private static String mail() {
        return " smtp_server 127.0.0.1\n notification_email {\n a@example.org\n }\n";
    }

    /** What a word makes no sense without. */
    private static String needs(Word word) {
        return switch (word.keyword()) {
            case "smtp_alert", "smtp_alert_vrrp" -> word.place().equals("global") ? mail() : "";
            case "vmac_xmit_base", "use_vmac_addr" -> "use_vmac\n";
            case "unicast_ttl", "unicast_src_ip", "check_unicast_src" -> "unicast_peer {\n 10.0.0.2\n }\n";
            default -> "";
        };
    }

    private static String closed(String text) {
        return text.strip().endsWith("{") ? text + "}\n" : text;
    }
}
