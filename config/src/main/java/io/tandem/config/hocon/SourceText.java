// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import com.typesafe.config.ConfigOrigin;
import io.tandem.config.text.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the column of a word: Typesafe Config knows lines only. */
final class SourceText {
    private final Path mainFile;
    private final Map<String, List<String>> linesByFile = new HashMap<>();

    SourceText(Path mainFile) {
        this.mainFile = mainFile;
    }

    /**
     * Where a word stands.
     *
     * @param word looked for on the line; the first occurrence that is a word of its own
     */
    Origin locate(ConfigOrigin origin, @Nullable String word) {
        String file = origin.filename() == null ? mainFile.toString() : origin.filename();
        int line = Math.max(origin.lineNumber(), 1);
        return new Origin(file, line, word == null ? 0 : column(file, line, word));
    }

    private int column(String file, int line, String word) {
        List<String> lines = linesByFile.computeIfAbsent(file, SourceText::read);
        if (word.isEmpty() || line > lines.size()) {
            return 0;
        }
        String text = lines.get(line - 1);
        for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
            if (isBoundary(text, at - 1) && isBoundary(text, at + word.length())) {
                return at + 1;
            }
        }
        return 0;
    }

    private static boolean isBoundary(String text, int at) {
        return at < 0
                || at >= text.length()
                || !(Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_' || text.charAt(at) == '-');
    }

    private static List<String> read(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of(); // The column is a courtesy; the message stands without.
        }
    }
}
