// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.boot.TestProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A proxy that runs a configuration: the installed haproxy, or ours in this process. */
final class Contender implements AutoCloseable {
    /** A configuration was refused. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;

        @SuppressWarnings("serial") // never written
        private final List<String> complaints;

        Refusal(List<String> complaints) {
            super(complaints.toString());
            this.complaints = complaints;
        }

        List<String> complaints() {
            return complaints;
        }
    }

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(20);

    private final @Nullable Process haproxy;
    private final @Nullable TestProxy tandem;
    private final @Nullable Path directory;

    private Contender(@Nullable Process haproxy, @Nullable TestProxy tandem, @Nullable Path directory) {
        this.haproxy = haproxy;
        this.tandem = tandem;
        this.directory = directory;
    }

    static Contender haproxy(String text, int port) throws IOException, InterruptedException, Refusal {
        Path directory = Files.createTempDirectory("table");
        Files.writeString(directory.resolve("t.cfg"), text, StandardCharsets.ISO_8859_1);
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder("/usr/sbin/haproxy", "-db", "-f", "t.cfg")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        Contender contender = new Contender(process, null, directory);
        long deadline = System.nanoTime() + PATIENCE_NS;
        while (System.nanoTime() - deadline < 0) {
            try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (probe.isConnected()) {
                    return contender;
                }
            } catch (IOException notYet) {
                if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
        }
        List<String> complaints = Complaints.in(Files.readString(output, StandardCharsets.ISO_8859_1)).stream()
                .filter(Complaints.Complaint::isAlert)
                .map(Complaints.Complaint::text)
                .toList();
        contender.close();
        throw new Refusal(complaints);
    }

    static Contender tandem(String text) throws Refusal {
        try {
            return new Contender(null, TestProxy.start(text, 1), null);
        } catch (IllegalStateException refused) {
            List<String> complaints = new ArrayList<>(LoadedText.of(text).messages());
            complaints.removeIf(complaint -> !complaint.contains("[t.cfg:"));
            if (complaints.isEmpty()) {
                throw refused;
            }
            throw new Refusal(complaints);
        }
    }

    @Override
    public void close() {
        if (haproxy != null) {
            haproxy.destroyForcibly();
            try {
                haproxy.waitFor(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (tandem != null) {
            tandem.close();
        }
        if (directory != null) {
            try (Stream<Path> all = Files.walk(directory)) {
                all.sorted(Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            } catch (IOException stays) {
                // the directory is a temporary one
            }
        }
    }
}
