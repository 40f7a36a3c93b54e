// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file of servers' states: its first line is the version, lines behind it are states, empty, or comments.
 *
 * @param states those in front of the first mistake
 * @param mistake what is wrong with it, to be completed with its name; null for nothing
 * @param line where, not counting the version; 0 where it is not a line
 */
record StateFile(List<SavedState> states, @Nullable Mistake mistake, int line) {
    enum Mistake {
        UNREADABLE,
        NO_VERSION,
        CORRUPT
    }

    /** Far more than a hundred thousand servers need. */
    private static final long MOST_BYTES = 64L << 20;

    StateFile {
        states = List.copyOf(states);
    }

    static StateFile read(String file) {
        try {
            Path path = Path.of(file);
            if (!Files.isRegularFile(path) || Files.size(path) > MOST_BYTES) {
                throw new NoSuchFileException(file);
            }
            return parse(Files.readString(path, StandardCharsets.ISO_8859_1));
        } catch (IOException unreadable) {
            return new StateFile(List.of(), Mistake.UNREADABLE, 0);
        }
    }

    static StateFile parse(String text) {
        String[] lines = text.split("\n", -1);
        if (!lines[0].strip().equals("1")) {
            return new StateFile(List.of(), Mistake.NO_VERSION, 0);
        }
        List<SavedState> states = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            String line = lines[i].strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                SavedState state = SavedState.parse(line);
                if (state == null) {
                    return new StateFile(states, Mistake.CORRUPT, i);
                }
                states.add(state);
            }
        }
        return new StateFile(states, null, 0);
    }
}
