// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A TLS cipher suite as OpenSSL describes it ({@code openssl ciphers -v}).
 *
 * @param name OpenSSL's name, such as {@code ECDHE-RSA-AES128-GCM-SHA256}
 * @param standardName IANA's and Java's name
 * @param since the protocol that brought it: {@code SSLv3}, {@code TLSv1}, {@code TLSv1.2}, {@code TLSv1.3}
 * @param exchange {@code ECDH}, {@code DH}, {@code RSA}, …
 * @param authentication {@code RSA}, {@code ECDSA}, {@code None}, …
 * @param encryption with the key's bits in parentheses: {@code AESGCM(256)}
 * @param mac {@code AEAD}, {@code SHA1}, …
 */
public record CipherSuite(
        String name,
        String standardName,
        String since,
        String exchange,
        String authentication,
        String encryption,
        String mac) {
    private static final String RESOURCE = "cipher-suites.tsv";

    /** All suites, in the order of preference that OpenSSL starts from. Read when first asked for. */
    public static List<CipherSuite> all() {
        return Table.ALL;
    }

    /** OpenSSL's name of a suite; the name itself where none is known. */
    public static String nameOf(String standardName) {
        return Table.NAMES.getOrDefault(standardName, standardName);
    }

    private static final class Table {
        static final List<CipherSuite> ALL = load();
        static final Map<String, String> NAMES =
                ALL.stream().collect(Collectors.toMap(CipherSuite::standardName, CipherSuite::name));

        private Table() {}

        private static List<CipherSuite> load() {
            try (InputStream in = Objects.requireNonNull(CipherSuite.class.getResourceAsStream(RESOURCE), RESOURCE);
                    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
                Function<String[], CipherSuite> suite =
                        field -> new CipherSuite(field[0], field[1], field[2], field[3], field[4], field[5], field[6]);
                return reader.lines()
                        .filter(line -> !line.startsWith("#"))
                        .map(line -> suite.apply(line.split("\t", -1)))
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
