// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.node.rules.sample.SampleError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file of patterns ({@code -f}), one a line; empty lines and those that begin with a sharp do not count. */
final class PatternFile {
    private PatternFile() {}

    /** @throws SampleError if it cannot be read */
    static List<String> read(String name, boolean firstWordOnly) {
        List<String> patterns = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of(name), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("#")) {
                    continue;
                }
                String text = line.strip();
                if (!text.isEmpty()) {
                    patterns.add(firstWordOnly ? text.split("\\s", 2)[0] : text);
                }
            }
        } catch (IOException | InvalidPathException e) {
            throw new SampleError("failed to open pattern file <" + name + ">");
        }
        return patterns;
    }
}
