// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Another program run to its end, which it must reach within a limit. */
public final class Program {
    private static final int LIMIT_S = 60;

    private final ProcessBuilder builder;
    private String input = "";

    private Program(List<String> command) {
        builder = new ProcessBuilder(command).redirectErrorStream(true);
    }

    /** How a program ended, and what it wrote. */
    public record Ended(int status, String output) {}

    public static Program of(String... command) {
        return of(List.of(command));
    }

    public static Program of(List<String> command) {
        return new Program(command);
    }

    /** Skips the test where the program is missing; on the build server that is a failure. */
    public static void assumeInstalled(String name) {
        Stream<String> places = Stream.concat(
                Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":", -1)), Stream.of("/usr/sbin"));
        assume(places.anyMatch(place -> Files.isExecutable(Path.of(place, name))), name + " is installed");
    }

    /** Skips the test without root; on the build server that is a failure. */
    public static void assumeRoot() {
        assume("root".equals(System.getProperty("user.name")), "the user is root");
    }

    /** Skips the test where something does not hold that it needs; on the build server that is a failure. */
    public static void assume(boolean holds, String what) {
        if (!holds && "true".equals(System.getenv("CI"))) {
            throw new IllegalStateException("not so: " + what);
        }
        assumeTrue(holds, what);
    }

    public Program in(Path directory) {
        builder.directory(directory.toFile());
        return this;
    }

    /** What it reads from its standard input; nothing unless it is said. */
    public Program reading(String text) {
        input = text;
        return this;
    }

    /** What it writes to its standard error is no part of its output. */
    public Program withoutErrors() {
        builder.redirectErrorStream(false).redirectError(ProcessBuilder.Redirect.DISCARD);
        return this;
    }

    /** @throws IOException if it cannot be started, or is still there after a minute, which ends it */
    public Ended run() throws IOException, InterruptedException {
        Process process = builder.start();
        var limit = process.onExit().orTimeout(LIMIT_S, TimeUnit.SECONDS).whenComplete((ended, late) -> {
            if (late != null) {
                process.destroyForcibly(); // ends the reading below, too
            }
        });
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException doesNotRead) {
            // its status and output tell
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        int status = process.waitFor();
        if (limit.isCompletedExceptionally()) {
            throw new IOException(String.join(" ", builder.command()) + " did not end: " + output);
        }
        return new Ended(status, output);
    }

    /** As {@link #run}; the status must be 0. Answers the output. */
    public String succeed() throws IOException, InterruptedException {
        Ended ended = run();
        if (ended.status != 0) {
            throw new IOException(
                    String.join(" ", builder.command()) + " ended with " + ended.status + ": " + ended.output);
        }
        return ended.output;
    }
}
