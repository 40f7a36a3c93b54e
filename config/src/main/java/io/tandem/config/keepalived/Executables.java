// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a script can be run and whether only root could change it, looking along the PATH as keepalived does.
 *
 * <p>A word that begins with {@code <} is none of a program's names: keepalived hands it to the shell.
 */
final class Executables {
    private static final String USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final int GROUP_WRITES = 0020;
    private static final int OTHERS_WRITE = 0002;
    private static final int STICKY = 01000;

    /** What was found. */
    enum Verdict {
        FINE,
        /** For the shell: nothing to look at. */
        SHELL,
        /** Somebody but root may change it, or a directory above it; or it is a directory. */
        INSECURE,
        MISSING
    }

    private final List<String> directories;

    Executables(Map<String, String> environment) {
        directories = List.of(environment.getOrDefault("PATH", USUAL_PATH).split(":"));
    }

    Verdict judge(List<String> command) {
        if (command.isEmpty()) {
            return Verdict.MISSING;
        }
        String name = command.get(0);
        if (name.startsWith("<")) {
            return Verdict.SHELL;
        }
        Path program = find(name);
        if (program == null) {
            return Verdict.MISSING;
        }
        return Files.isDirectory(program) || isOpen(program) ? Verdict.INSECURE : Verdict.FINE;
    }

    /** Whether it can be run at all. */
    boolean has(List<String> command) {
        Verdict verdict = judge(command);
        return verdict == Verdict.FINE || verdict == Verdict.INSECURE;
    }

    /** False for a directory. */
    static boolean isProgram(String name) {
        return !name.contains("/") || isFile(name);
    }

    static boolean isFile(String name) {
        try {
            return Files.isRegularFile(Path.of(name));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private @Nullable Path find(String name) {
        try {
            if (name.contains("/")) {
                Path path = Path.of(name);
                return Files.exists(path) ? path : null;
            }
            for (String directory : directories) {
                Path path = Path.of(directory, name);
                if (Files.isRegularFile(path) && Files.isExecutable(path)) {
                    return path;
                }
            }
        } catch (InvalidPathException e) {
            // no name of a file
        }
        return null;
    }

    /** Whether anyone but root may write to the file, or put another in its place. */
    private static boolean isOpen(Path program) {
        try {
            Path at = program.toRealPath();
            for (Path part = at; part != null; part = part.getParent()) {
                int mode = (Integer) Files.getAttribute(part, "unix:mode", LinkOption.NOFOLLOW_LINKS);
                int owner = (Integer) Files.getAttribute(part, "unix:uid", LinkOption.NOFOLLOW_LINKS);
                int group = (Integer) Files.getAttribute(part, "unix:gid", LinkOption.NOFOLLOW_LINKS);
                boolean sticky = (mode & STICKY) != 0 && Files.isDirectory(part);
                boolean others = (mode & OTHERS_WRITE) != 0 || ((mode & GROUP_WRITES) != 0 && group != 0);
                if (owner != 0 || (others && !sticky)) {
                    return true;
                }
            }
            return false;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return false; // cannot be told: not its fault
        }
    }
}
