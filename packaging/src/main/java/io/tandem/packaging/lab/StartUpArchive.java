// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The class archive beside the jars: a node starts in half the time with it. Bound to one Java and one set of jars. */
final class StartUpArchive {
    private static final long LIMIT_S = 60;

    private StartUpArchive() {}

    /** Whether there is none that fits, although one could be written. */
    static boolean isWanted() throws IOException, InterruptedException {
        String archive = System.getProperty("tandem.archive");
        if (archive == null || System.getenv("TANDEM_LAUNCHER") == null) {
            return false;
        }
        Path file = Path.of(archive);
        Path directory = file.getParent();
        if (directory == null || !Files.isWritable(directory)) {
            return false;
        }
        return !Files.exists(file) || !fits(file);
    }

    /** Writes it; without it nodes only start slower, so that a failure is said and passed over. */
    static void write() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(System.getenv("TANDEM_LAUNCHER"), "archive")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            System.err.println("tandem lab: no start-up archive could be written: nodes start a little slower");
        }
    }

    /** Java itself tells: with -Xshare:on it refuses to start with one that does not fit. */
    private static boolean fits(Path archive) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xshare:on",
                        "-XX:SharedArchiveFile=" + archive,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-version"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(LIMIT_S, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
