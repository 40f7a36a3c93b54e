// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the distribution's {@code tandem} in a lab directory of its own. */
final class LabProgram {
    private static final Path DISTRIBUTION = Path.of("target/tandem").toAbsolutePath();
    private static final Path LAUNCHER = DISTRIBUTION.resolve("bin/tandem");
    private static final long LIMIT_S = 180;
    private static final long END_LIMIT_S = 20;
    private static final Duration ADDRESS_LIMIT = Duration.ofSeconds(60);

    private final List<String> prefix;
    private final Path directory;
    private final Path output;
    private final List<Process> started = new ArrayList<>();

    LabProgram(Path parent) throws IOException {
        this(parent, List.of(LAUNCHER.toString()));
    }

    private LabProgram(Path parent, List<String> prefix) throws IOException {
        this.prefix = prefix;
        this.directory = parent.resolve("lab");
        this.output = Files.createTempFile(parent, "tandem", ".out");
    }

    /** The same, run by the user nobody, from a copy that nobody may read. */
    static LabProgram ofNobody(Path parent) throws IOException, InterruptedException {
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path copy = parent.resolve("distribution");
        Process copying = new ProcessBuilder(
                        "sh",
                        "-c",
                        "umask 022 && cp -rL \"$0\" \"$1\" && chmod -R a+rX \"$1\"",
                        DISTRIBUTION.toString(),
                        copy.toString())
                .inheritIO()
                .start();
        assertThat(copying.waitFor(LIMIT_S, TimeUnit.SECONDS)).as("copied").isTrue();
        assertThat(copying.exitValue()).isZero();
        String launcher = copy.resolve("bin/tandem").toString();
        return new LabProgram(parent, List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", launcher));
    }

    /** Skips the test without root or the programs; on the build server that is a failure. */
    static void needRootAnd(String... programs) throws IOException {
        boolean possible = Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)
                && Arrays.stream(programs).allMatch(LabProgram::isInstalled);
        if ("true".equals(System.getenv("CI"))) {
            assertThat(possible).as("root and " + List.of(programs)).isTrue();
        }
        assumeTrue(possible, "needs root and " + List.of(programs));
    }

    private static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv("PATH").split(":", -1))
                .anyMatch(entry -> Files.isExecutable(Path.of(entry, program)));
    }

    Path directory() {
        return directory;
    }

    Process start(String... words) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add("lab");
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().put("TANDEM_LAB_DIR", directory.toString());
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /** After each test: what a failed one left running would cost every later one its processor. */
    void end() throws InterruptedException {
        for (Process process : started) {
            process.destroy();
            if (!process.waitFor(END_LIMIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly(); // its lab ends by itself
            }
        }
    }

    /** Runs it to its end; fails unless the status is 0. Returns what it printed. */
    String run(String... words) throws IOException, InterruptedException {
        Files.writeString(output, "");
        Process process = start(words);
        if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
            end();
            fail(String.join(" ", words) + " does not end: " + printed());
        }
        assertThat(process.exitValue()).as(printed()).isZero();
        return printed();
    }

    /** The address that clients use, once a node has it: on a busy machine it may be on its way when it is asked for. */
    String floatingAddress() throws Exception {
        StringBuilder status = new StringBuilder();
        Await.until("a node to have the address", ADDRESS_LIMIT, () -> {
            status.setLength(0);
            status.append(status());
            return status.indexOf("has ") >= 0;
        });
        int start = status.indexOf("has ") + "has ".length();
        return status.substring(start, status.indexOf("\n", start)).strip();
    }

    private String status() throws IOException {
        try {
            return run("status");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    String printed() throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }
}
