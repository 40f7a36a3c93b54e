// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end. */
final class Tool {
    private Tool() {}

    /**
     * What it printed, both streams.
     *
     * @throws IOException if it cannot be started, takes longer than {@code seconds} or ends with another status than 0
     */
    static String run(List<String> command, int seconds) throws IOException, InterruptedException {
        return run(command, Map.of(), seconds);
    }

    static String run(List<String> command, Map<String, String> environment, int seconds)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("tandem-bench", ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.redirectInput(Path.of("/dev/null").toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            try {
                if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                    throw new IOException(command.get(0) + " did not end within " + seconds + " s");
                }
            } finally {
                process.destroyForcibly();
            }
            String text = Files.readString(output, StandardCharsets.ISO_8859_1);
            if (process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": status " + process.exitValue() + "\n" + text);
            }
            return text;
        } finally {
            Files.delete(output);
        }
    }
}
