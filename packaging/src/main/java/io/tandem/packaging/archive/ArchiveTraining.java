// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.archive;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * {@code tandem archive}: loads what guardian and proxy load at their start. The launcher runs it with
 * {@code -XX:ArchiveClassesAtExit}, so that its end writes the archive.
 */
public final class ArchiveTraining {
    private static final String CLASS_SUFFIX = ".class";

    private ArchiveTraining() {}

    public static void main(String[] args) throws Exception {
        int loaded = 0;
        for (String entry : List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))) {
            if (isWanted(String.valueOf(Path.of(entry).getFileName()))) {
                for (String name : classesOf(entry)) {
                    loaded += load(name) ? 1 : 0;
                }
            }
        }
        rehearse();
        System.out.println("tandem archive: " + loaded + " classes");
        // The archive is written at an orderly end, whatever threads the libraries have started.
        System.exit(0);
    }

    /** What it brings is a gain, not a condition: the archive is written without it too. */
    private static void rehearse() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("tandem-archive");
        try {
            Rehearsal.run(directory);
        } catch (IOException | GeneralSecurityException e) {
            System.err.println("tandem archive: the rehearsal failed, start-up will be slower: " + e.getMessage());
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** Our own jars whole; of the libraries what our classes and the rehearsal bring with them. */
    private static boolean isWanted(String jar) {
        return jar.startsWith("tandem-");
    }

    private static List<String> classesOf(String jar) throws IOException {
        List<String> names = new ArrayList<>();
        try (JarFile file = new JarFile(jar)) {
            file.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.endsWith(CLASS_SUFFIX) && !name.endsWith("-info.class"))
                    .map(name -> name.substring(0, name.length() - CLASS_SUFFIX.length())
                            .replace('/', '.'))
                    .forEach(names::add);
        }
        return names;
    }

    /** Without running its initializers: they may want to be root, or a network. */
    private static boolean load(String name) {
        try {
            Class.forName(name, false, ArchiveTraining.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            System.err.println("tandem archive: " + name + ": " + e);
            return false;
        }
    }
}
