// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import io.tandem.packaging.bench.load.CannedServer;
import io.tandem.packaging.bench.load.Generator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/** What all cases of a run share: the servers behind the proxies, certificates, a load generator, the options. */
final class Bench implements AutoCloseable {
    private final Options options;
    private final Path directory;
    private final CannedServer server;
    private final LogSink logSink;
    private final Certificates certificates;
    private final Generator generator;

    Bench(Options options) throws IOException, InterruptedException {
        this.options = options;
        directory = Files.createTempDirectory("tandem-bench");
        certificates = new Certificates(directory);
        server = new CannedServer();
        logSink = new LogSink();
        generator = new Generator();
    }

    Options options() {
        return options;
    }

    /** Of this run's own, deleted at its end. */
    Path directory() {
        return directory;
    }

    CannedServer server() {
        return server;
    }

    LogSink logSink() {
        return logSink;
    }

    Certificates certificates() {
        return certificates;
    }

    Generator generator() {
        return generator;
    }

    void say(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }

    @Override
    public void close() throws IOException {
        generator.close();
        server.close();
        logSink.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
