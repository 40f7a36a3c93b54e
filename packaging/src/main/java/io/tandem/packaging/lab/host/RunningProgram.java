// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process of a host as /proc shows it.
 *
 * @param pid as this process sees it
 * @param name the program's short name
 * @param commandLine its words, separated by spaces; empty for a zombie
 */
public record RunningProgram(long pid, String name, String commandLine) {
    /** All processes in the pid namespace of that process, itself left out. */
    static List<RunningProgram> inNamespaceOf(long holder) throws IOException {
        Path namespace = Files.readSymbolicLink(Path.of("/proc/" + holder + "/ns/pid"));
        List<RunningProgram> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(String.valueOf(process.getFileName()));
                if (pid != holder) {
                    try {
                        if (Files.readSymbolicLink(process.resolve("ns/pid")).equals(namespace)) {
                            found.add(read(pid, process));
                        }
                    } catch (IOException gone) {
                        // ended while we looked
                    }
                }
            }
        }
        return found;
    }

    private static RunningProgram read(long pid, Path process) throws IOException {
        String name = Files.readString(process.resolve("comm")).strip();
        String words = new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8);
        return new RunningProgram(pid, name, words.replace('\0', ' ').strip());
    }
}
