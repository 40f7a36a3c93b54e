// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;

/** The files that an {@code include} names: glob(3) with braces. */
final class IncludePattern {
    private static final int MOST = 10_000;

    private final String text;

    IncludePattern(String text) {
        this.text = text;
    }

    boolean hasWildcard() {
        return text.contains("*") || text.contains("?") || text.contains("[");
    }

    boolean hasBraces() {
        return text.contains("{");
    }

    /**
     * In the order of their names; for braces, in the order written.
     *
     * @param directory what a relative name is relative to
     */
    List<Path> files(Path directory) {
        List<Path> found = new ArrayList<>();
        List<String> alternatives = new ArrayList<>();
        expand(text, alternatives);
        for (String alternative : alternatives) {
            found.addAll(matching(directory, alternative));
        }
        return found;
    }

    /** {@code a{b,{c,d}}e} to abe, ace, ade. */
    private static void expand(String pattern, List<String> into) {
        int open = pattern.indexOf('{');
        int close = open < 0 ? -1 : closing(pattern, open);
        if (close < 0 || into.size() > MOST) {
            into.add(pattern);
            return;
        }
        int depth = 0;
        int from = open + 1;
        for (int i = open; i <= close; i++) {
            char c = pattern.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if ((c == ',' && depth == 1) || i == close) {
                expand(pattern.substring(0, open) + pattern.substring(from, i) + pattern.substring(close + 1), into);
                from = i + 1;
            }
        }
    }

    private static int closing(String pattern, int open) {
        int depth = 0;
        for (int i = open; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return -1;
    }

    private static Set<Path> matching(Path directory, String pattern) {
        Set<Path> here = new TreeSet<>();
        here.add(pattern.startsWith("/") ? Path.of("/") : directory);
        for (String part : pattern.split("/", -1)) {
            if (!part.isEmpty()) {
                here = step(here, part);
            }
        }
        here.removeIf(path -> !Files.isRegularFile(path));
        return here;
    }

    private static Set<Path> step(Set<Path> from, String part) {
        Set<Path> next = new TreeSet<>();
        for (Path directory : from) {
            try {
                Path plain = directory.resolve(part);
                if (Files.exists(plain)) {
                    next.add(plain);
                    continue;
                }
            } catch (InvalidPathException e) {
                continue;
            }
            if (next.size() > MOST || !Files.isDirectory(directory)) {
                continue;
            }
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, part)) {
                entries.forEach(entry -> {
                    boolean hidden = String.valueOf(entry.getFileName()).startsWith(".");
                    if (part.startsWith(".") || !hidden) {
                        next.add(entry);
                    }
                });
            } catch (IOException | PatternSyntaxException e) {
                // reported as missing
            }
        }
        return next;
    }
}
