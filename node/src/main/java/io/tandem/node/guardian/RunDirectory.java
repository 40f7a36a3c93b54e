// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/** Where the guardian's sockets live: the service's run-time directory, or one of its own where that is refused. */
final class RunDirectory implements AutoCloseable {
    private static final String WORKER = "worker-";

    private final Path base;
    private final Path worker;

    private RunDirectory(Path base, Path worker) {
        this.base = base;
        this.worker = worker;
    }

    /** {@code tandem.run}, systemd's RUNTIME_DIRECTORY, /run/tandem, or a new directory in the temporary one. */
    static RunDirectory open(Map<String, String> environment) throws IOException {
        Path base = base(environment);
        try {
            Files.createDirectories(base);
            return under(base);
        } catch (IOException e) {
            return under(Files.createTempDirectory("tandem-"));
        }
    }

    static Path base(Map<String, String> environment) {
        String wanted = System.getProperty("tandem.run");
        if (wanted == null) {
            wanted =
                    environment.getOrDefault("RUNTIME_DIRECTORY", "/run/tandem").split(":", 2)[0];
        }
        return Path.of(wanted);
    }

    private static RunDirectory under(Path base) throws IOException {
        removeLeftovers(base);
        Path worker = base.resolve(WORKER + ProcessHandle.current().pid());
        Files.createDirectory(
                worker, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return new RunDirectory(base, worker);
    }

    /** For the status and the commands of {@code tandem}. */
    Path base() {
        return base;
    }

    /** For the proxy: only this user may enter. */
    Path worker() {
        return worker;
    }

    @Override
    public void close() {
        remove(worker);
    }

    /** A guardian that was killed could not clean up. */
    private static void removeLeftovers(Path base) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(base, WORKER + "*")) {
            for (Path entry : entries) {
                String pid = String.valueOf(entry.getFileName()).substring(WORKER.length());
                Optional<ProcessHandle> owner =
                        pid.matches("\\d{1,9}") ? ProcessHandle.of(Long.parseLong(pid)) : Optional.empty();
                if (owner.isEmpty()
                        || Long.parseLong(pid) == ProcessHandle.current().pid()) {
                    remove(entry);
                }
            }
        }
    }

    private static void remove(Path directory) {
        for (String name : new String[] {GuardianLink.SOCKET, GuardianLink.HEARTBEAT, ""}) {
            try {
                Files.deleteIfExists(directory.resolve(name));
            } catch (IOException e) {
                // The next start tries again.
            }
        }
    }
}
