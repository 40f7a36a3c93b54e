// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.cli;

import io.tandem.node.testkit.Program;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a run of {@code -c} came to, without process numbers and versions. */
record Checked(int status, String output) {
    private static final String HAPROXY = "/usr/sbin/haproxy";

    static Checked byTandem(String... arguments) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(output, true, StandardCharsets.ISO_8859_1);
        int status = Main.run(stream, stream, Map.of("TANDEM_LAUNCHER", HAPROXY), arguments);
        return new Checked(status, normal(output.toString(StandardCharsets.ISO_8859_1)));
    }

    static Checked byHaproxy(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(HAPROXY));
        command.addAll(List.of(arguments));
        Program.Ended ended = Program.of(command).run();
        return new Checked(ended.status(), normal(ended.output()));
    }

    private static String normal(String output) {
        return output.replaceAll("(?m)^(\\[[A-Z]+\\] +)\\(\\d+\\)", "$1(PID)")
                .replaceAll("haproxy version is .*", "haproxy version is V");
    }

    /** Without the warnings that only Tandem has: what it accepts and HAProxy refuses, and what means nothing here. */
    Checked withoutOwnWarnings() {
        return new Checked(status, output.replaceAll("(?m)^\\[WARNING\\].*(has no effect: |is retired).*\n", ""));
    }

    /** The first alert, the first warning where there is none, or nothing. */
    String first() {
        return output.lines()
                .filter(line -> line.startsWith("[ALERT]"))
                .findFirst()
                .or(() -> output.lines()
                        .filter(line -> line.startsWith("[WARNING]"))
                        .findFirst())
                .orElse("");
    }
}
