// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Tells whether a script can be run, looking along the PATH as keepalived does. */
final class Executables {
    private static final String USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final List<String> directories;

    Executables(Map<String, String> environment) {
        directories = List.of(environment.getOrDefault("PATH", USUAL_PATH).split(":"));
    }

    boolean has(List<String> command) {
        if (command.isEmpty()) {
            return false;
        }
        String name = command.get(0);
        return name.startsWith("/")
                ? isProgram(name)
                : directories.stream().anyMatch(directory -> isProgram(directory + "/" + name));
    }

    private static boolean isProgram(String name) {
        try {
            return Files.isRegularFile(Path.of(name)) && Files.isExecutable(Path.of(name));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
