// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Certificates and keys for tests. They guard nothing. */
public final class Pems {
    private static final String PLACE = "/io/tandem/node/frontend/tls/";

    private Pems() {}

    /** The text of one of the files. */
    public static String read(String name) {
        try (InputStream in = Objects.requireNonNull(Pems.class.getResourceAsStream(PLACE + name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Joins the parts to a file and answers its name. */
    public static String write(Path directory, String file, String... parts) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String part : parts) {
            text.append(read(part));
        }
        return Files.writeString(directory.resolve(file), text).toString();
    }
}
