// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file scripts find the process by. */
final class PidFile {
    private PidFile() {}

    /** @throws IOException worded as HAProxy's alert */
    static void write(String path, long pid) throws IOException {
        try {
            Files.writeString(Path.of(path), pid + "\n");
        } catch (IOException e) {
            throw new IOException("Cannot create pidfile " + path, e);
        }
    }
}
