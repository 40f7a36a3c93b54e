// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The HAProxy that is installed, whose answers ours are compared with. */
final class Oracle {
    private static final Path PROGRAM = Path.of("/usr/sbin/haproxy");

    private Oracle() {}

    record Answer(int status, List<String> problems) {}

    static final Platform PLATFORM = new Platform() {
        @Override
        public String version() {
            return "2.6.12-1+deb12u4";
        }

        @Override
        public boolean hasFeature(String name) {
            return name.equals("OPENSSL") || name.isEmpty();
        }

        @Override
        public boolean isEnabled(String option) {
            return false;
        }

        @Override
        public String sslLibrary() {
            return "OpenSSL 3.0.22 25 Aug 2026";
        }

        @Override
        public String opensslVersion() {
            return "3.0.22";
        }
    };

    /** Skips where there is no HAProxy, except in continuous integration, where it must be there. */
    static void require() {
        boolean present = Files.isExecutable(PROGRAM);
        if ("true".equals(System.getenv("CI"))) {
            assertThat(present).as("haproxy is installed").isTrue();
        }
        assumeTrue(present, "needs haproxy");
    }

    /** What {@code haproxy -c} has to say about a text, without what it says of every file. */
    static Answer check(Path directory, String name, String text, Map<String, String> environment) throws Exception {
        Files.writeString(directory.resolve(name), text, StandardCharsets.ISO_8859_1);
        return run(directory, environment, "-c", "-f", name);
    }

    static Answer condition(String condition) throws Exception {
        return run(Path.of("/"), Map.of(), "-cc", condition);
    }

    private static Answer run(Path directory, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
        command.addAll(List.of(arguments));
        Path errors = Files.createTempFile("oracle", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(errors.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("haproxy did not end: " + command);
            }
            return new Answer(process.exitValue(), problems(Files.readString(errors, StandardCharsets.ISO_8859_1)));
        } finally {
            Files.delete(errors);
        }
    }

    private static List<String> problems(String output) {
        List<String> problems = new ArrayList<>();
        for (String line : output.split("\n", -1)) {
            boolean starts = line.matches("\\[[A-Z]+\\] +\\(\\d+\\) : .*");
            String text = line.replaceFirst("^\\[([A-Z]+)\\] +\\(\\d+\\) : ", "$1 ");
            if (!starts && !problems.isEmpty()) {
                problems.set(problems.size() - 1, problems.get(problems.size() - 1) + "\n" + line);
            } else if (starts) {
                problems.add(text);
            }
        }
        problems.replaceAll(String::stripTrailing);
        problems.removeIf(text -> text.startsWith("NOTICE haproxy version is")
                || text.startsWith("NOTICE path to executable is")
                || text.contains("Error(s) found in configuration file")
                || text.contains("Fatal errors found in configuration"));
        return problems;
    }
}
