// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import io.tandem.node.differential.CacheDifferentialTest;
import io.tandem.node.differential.CompressionDifferentialTest;
import io.tandem.node.differential.DoResolveDifferentialTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Fetches and actions whose cases need more than a proxy and a server, and the suite that has them. */
final class Elsewhere {
    static final Map<String, Class<?>> SUITES = new TreeMap<>(Map.of(
            "do-resolve", DoResolveDifferentialTest.class,
            "cache-use", CacheDifferentialTest.class,
            "cache-store", CacheDifferentialTest.class,
            "res.cache_hit", CacheDifferentialTest.class,
            "res.cache_name", CacheDifferentialTest.class,
            "res.comp", CompressionDifferentialTest.class,
            "res.comp_algo", CompressionDifferentialTest.class));

    /** What comes out otherwise there, and why. */
    static final Map<String, String> DIFFERENCES =
            Map.of("res.comp_algo", "in log lines HAProxy 2.6 has forgotten it; here it is told");

    private static final Path SOURCES = Path.of("src", "test", "java");

    private Elsewhere() {}

    /** What that suite is made of. */
    static String source(Class<?> suite) throws IOException {
        return Files.readString(SOURCES.resolve(suite.getName().replace('.', '/') + ".java"));
    }
}
