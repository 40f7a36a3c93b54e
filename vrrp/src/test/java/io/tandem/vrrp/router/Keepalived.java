// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tandem.vrrp.netlink.Privileges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A real keepalived in a host of a {@link TestLan}. */
final class Keepalived implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/keepalived");

    private final Process process;

    /** @param directory for its pid files and log */
    Keepalived(TestLan.Host host, Path file, Path directory) throws IOException {
        process = new ProcessBuilder(
                        "nsenter",
                        "--net=" + host.namespace().path(),
                        PROGRAM.toString(),
                        "--dont-fork",
                        "--vrrp",
                        "-l",
                        "-D",
                        "-f",
                        file.toString(),
                        "-p",
                        directory.resolve("ka.pid").toString(),
                        "-r",
                        directory.resolve("ka-vrrp.pid").toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("ka.log").toFile())
                .start();
    }

    /** Skips the test without root or keepalived; in CI it fails. */
    static void need() {
        Privileges.needRoot();
        if (!Files.isExecutable(PROGRAM)) {
            if ("true".equals(System.getenv("CI"))) {
                fail("keepalived is not installed");
            }
            abort("keepalived is not installed");
        }
    }

    /** Reads its file again. */
    void reload() throws IOException {
        new ProcessBuilder("kill", "-HUP", String.valueOf(process.pid())).start();
    }

    /** Told to stop; it says priority 0 at once and takes a second to end. */
    void beginToStop() {
        process.destroy();
    }

    /** As a power failure does it: nothing is said, and nothing is cleared up. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        assertThat(process.onExit().orTimeout(10, TimeUnit.SECONDS)).succeedsWithin(Duration.ofSeconds(11));
    }

    void terminate() {
        process.destroy();
        assertThat(process.onExit().orTimeout(10, TimeUnit.SECONDS)).succeedsWithin(Duration.ofSeconds(11));
    }

    @Override
    public void close() {
        terminate();
    }
}
