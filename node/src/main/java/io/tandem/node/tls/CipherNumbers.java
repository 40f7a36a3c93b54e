// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** OpenSSL's names of cipher suites by their numbers on the wire. Read when first asked for. */
public final class CipherNumbers {
    private static final String RESOURCE = "cipher-numbers.tsv";

    private CipherNumbers() {}

    /** The name of suite {@code number}, or {@code UNKNOWN(0a0a)}. */
    public static String name(int number) {
        String name = Table.NAMES.get(number);
        return name == null ? String.format(Locale.ROOT, "UNKNOWN(%04x)", number) : name;
    }

    private static final class Table {
        static final Map<Integer, String> NAMES = load();

        private Table() {}

        private static Map<Integer, String> load() {
            Map<Integer, String> names = new HashMap<>();
            try (InputStream in = Objects.requireNonNull(CipherNumbers.class.getResourceAsStream(RESOURCE), RESOURCE);
                    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
                reader.lines()
                        .filter(line -> !line.startsWith("#"))
                        .map(line -> line.split("\t", -1))
                        .forEach(field -> names.put(Integer.parseInt(field[0], 16), field[1]));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return names;
        }
    }
}
