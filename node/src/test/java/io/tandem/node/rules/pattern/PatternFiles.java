// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.pattern;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The lists and maps that tests of several packages load. */
public final class PatternFiles {
    private static final List<String> NAMES = List.of(
            "a.map",
            "s.lst",
            "ip.map",
            "re.map",
            "re2.map",
            "n.map",
            "i.map",
            "ad.map",
            "onecol.map",
            "f.lst",
            "q.map",
            "hosts.map",
            "badip.map",
            "badint.map",
            "badre.map",
            "badint.lst",
            "badad.map",
            "backref.map",
            "empty.lst");

    private PatternFiles() {}

    /** Puts all of them into {@code directory}. */
    public static void copyTo(Path directory) throws IOException {
        for (String name : NAMES) {
            Files.write(directory.resolve(name), bytes(name));
        }
    }

    /** The lines of a table that are no comment. */
    public static List<String> lines(String table) throws IOException {
        return new String(bytes(table), StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith("##"))
                .toList();
    }

    private static byte[] bytes(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(PatternFiles.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }
}
