// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a running lab keeps its files, and how other commands find it: {@code /run/tandem-lab} of root, a directory of
 * the user's otherwise. A drill has one beside it, named by its process.
 *
 * <p>The file {@code running} is the lab's identity: {@code key=value} lines, among them the process ids of the
 * supervisor and of the lab with their start times, so that a recycled id is not taken for a lab.
 */
final class LabDirectory {
    private static final String NAME = "tandem-lab";
    private static final String RUNNING = "running";

    private final Path path;

    LabDirectory(Path path) {
        this.path = path;
    }

    /** The one of {@code tandem lab}; TANDEM_LAB_DIR in the environment overrides it. */
    static LabDirectory ofUser(Map<String, String> environment, long uid) {
        String given = environment.get("TANDEM_LAB_DIR");
        if (given != null && !given.isEmpty()) {
            return new LabDirectory(Path.of(given).toAbsolutePath());
        }
        if (uid == 0) {
            return new LabDirectory(Path.of("/run", NAME));
        }
        String runtime = environment.get("XDG_RUNTIME_DIR");
        return runtime != null && Files.isWritable(Path.of(runtime))
                ? new LabDirectory(Path.of(runtime, NAME))
                : new LabDirectory(Path.of(System.getProperty("java.io.tmpdir", "/tmp"), NAME + "-" + uid));
    }

    /** The one of a drill run by this process. */
    LabDirectory ofDrill(long pid) {
        return new LabDirectory(path.resolveSibling(path.getFileName() + "-drill-" + pid));
    }

    Path path() {
        return path;
    }

    /** Creates it, readable by its owner only; refuses one that another user has put there. */
    void create(long uid) throws IOException {
        Path parent = path.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (!Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals((int) uid)) {
            throw new IOException(path + " belongs to another user");
        }
    }

    /** Records what other commands need to know. */
    void writeRunning(Map<String, String> facts) throws IOException {
        String text = facts.entrySet().stream()
                .map(fact -> fact.getKey() + "=" + fact.getValue() + "\n")
                .collect(Collectors.joining());
        Path draft = path.resolve(RUNNING + ".new");
        Files.writeString(draft, text);
        Files.move(draft, path.resolve(RUNNING), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    /** What the lab here recorded, if its processes still run. */
    Optional<Map<String, String>> running() throws IOException {
        Map<String, String> facts = recorded();
        return isAlive(facts.get("supervisor")) ? Optional.of(facts) : Optional.empty();
    }

    /**
     * Removes what labs that ended without cleaning up have left, here and beside: their process, if it still runs, and
     * their files. The kernel takes their links and mounts away with the process.
     *
     * @return whether there was anything
     */
    boolean removeLeftovers() throws IOException {
        boolean found = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        if (found) {
            remove();
        }
        return removeDrillLeftovers() || found;
    }

    /** Removes what drills that ended without cleaning up have left beside this directory. */
    boolean removeDrillLeftovers() throws IOException {
        boolean found = false;
        Path parent = path.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            return false;
        }
        try (DirectoryStream<Path> drills = Files.newDirectoryStream(parent, path.getFileName() + "-drill-*")) {
            for (Path drill : drills) {
                LabDirectory directory = new LabDirectory(drill);
                if (Files.isReadable(drill) && directory.running().isEmpty() && directory.isAbandoned()) {
                    directory.remove();
                    found = true;
                }
            }
        }
        return found;
    }

    /** Ends the lab's process if it still runs, and deletes the files. */
    void remove() throws IOException {
        String lab = recorded().get("lab");
        if (lab != null && isAlive(lab)) {
            ProcessHandle.of(pidOf(lab)).ifPresent(ProcessHandle::destroyForcibly);
        }
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(path)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.deleteIfExists(file);
        }
    }

    /** A process as {@code pid:start time}, for {@link #writeRunning}. */
    static String identity(long pid) throws IOException {
        return pid + ":" + startTime(pid);
    }

    static boolean isAlive(@org.jspecify.annotations.Nullable String identity) {
        if (identity == null) {
            return false;
        }
        try {
            return identity.equals(identity(pidOf(identity)));
        } catch (IOException | NumberFormatException gone) {
            return false;
        }
    }

    static long pidOf(String identity) {
        int colon = identity.indexOf(':');
        return Long.parseLong(colon < 0 ? identity : identity.substring(0, colon));
    }

    /** Field 22 of /proc/PID/stat; the name before it may hold blanks and parentheses. */
    private static String startTime(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        List<String> afterName =
                List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        return afterName.get(19);
    }

    /** A directory made a moment ago by a drill that has not recorded itself yet is not abandoned. */
    private boolean isAbandoned() {
        String name = String.valueOf(path.getFileName());
        String pid = name.substring(name.lastIndexOf('-') + 1);
        return !Files.exists(Path.of("/proc", pid)) || Files.exists(path.resolve(RUNNING));
    }

    private Map<String, String> recorded() throws IOException {
        Path file = path.resolve(RUNNING);
        Map<String, String> facts = new TreeMap<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    facts.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
        }
        return facts;
    }
}
