// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Server;
import io.tandem.node.backend.ServerAdmin;
import io.tandem.node.boot.LoadedText;
import io.tandem.node.fuzz.Fuzz;
import io.tandem.node.observe.EventLog;
import io.tandem.node.rules.sample.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What agents may say, beside a slow reader of regular expressions; and what comes of it stays within what a server can have.
 * {@code -Dtandem.fuzz.seconds=600} goes on for longer.
 */
@Timeout(700)
class AgentAnswerFuzzTest {
    private static final List<String> PIECES = List.of(
            "up",
            "down",
            "stopped",
            "fail",
            "ready",
            "drain",
            "maint",
            "maxconn:",
            "maxconn:30",
            "maxconn:-1",
            "maxconn:99999999999",
            "75%",
            "0%",
            "256%",
            "99999999999%",
            "-3%",
            "%",
            "1x%",
            "#",
            "#why",
            " ",
            "  ",
            "\t",
            ",",
            "\n",
            "\r",
            "\0",
            "UP",
            "é",
            "x",
            "7",
            "{",
            "upup");

    private static String random(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(9); i > 0; i--) {
            text.append(
                    random.nextInt(6) == 0
                            ? String.valueOf((char) random.nextInt(256))
                            : PIECES.get(random.nextInt(PIECES.size())));
            text.append(random.nextInt(3) == 0 ? "" : " ");
        }
        return text.toString();
    }

    /** The same by other means. */
    private static AgentAnswer slowly(String line) {
        var hash = Pattern.compile("(^|[ \t,])#").matcher(line);
        boolean described = hash.find();
        String words = described ? line.substring(0, hash.end() - 1) : line;
        List<String> all = Arrays.stream(words.split("[ \t,]+", -1))
                .filter(word -> !word.isEmpty())
                .toList();
        return new AgentAnswer(
                last(all, "[0-9].*%.*", ""),
                last(all, "maxconn:.*", "maxconn:"),
                last(all, "ready|drain|maint", ""),
                last(all, "up|down|stopped|fail", ""),
                described ? line.substring(hash.end()).strip() : null,
                all.stream()
                        .filter(word -> !Pattern.compile(
                                        "(?s)[0-9].*%.*|maxconn:.*|ready|drain|maint|up|down|stopped|fail")
                                .matcher(word)
                                .matches())
                        .findFirst()
                        .orElse(null));
    }

    private static @Nullable String last(List<String> all, String regex, String prefix) {
        return all.stream()
                .filter(word -> Pattern.compile("(?s)" + regex).matcher(word).matches())
                .reduce((a, b) -> b)
                .map(word -> word.substring(prefix.length()))
                .orElse(null);
    }

    @Test
    void anAnswerIsReadAsASlowReaderReadsIt() {
        Fuzz.run("agents", random -> {
            String text = random(random);
            byte[] bytes = Text.bytes(text);
            int end = AgentAnswer.lineEnd(bytes, bytes.length);
            String line = Text.string(bytes, 0, end < 0 ? bytes.length : end);

            assertThat(line).doesNotContain("\n", "\r", "\0");
            assertThat(AgentAnswer.parse(line)).as(text).isEqualTo(slowly(line));
        });
    }

    @Test
    void whatAnAgentSaysLeavesAServerWithWhatServersCanHave() {
        LoadedText loaded = LoadedText.of("backend b\n server s 127.0.0.1:1 weight 10 maxconn 5\n");
        Backend backend = loaded.backend("b");
        Server server = backend.servers().get(0);
        ServerAdmin admin = new ServerAdmin(new EventLog(), () -> 0);
        Fuzz.run("agents' wishes", random -> {
            AgentAnswer said = AgentAnswer.parse(random(random));
            if (said.weight() != null) {
                admin.weight(backend, server, said.weight());
            }
            if (said.maxConnections() != null) {
                admin.maxConnections(server, said.maxConnections());
            }

            assertThat(server.state().weight()).as(said.toString()).isBetween(0, 256);
        });
    }
}
