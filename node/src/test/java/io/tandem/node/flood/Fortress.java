// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.flood;

import io.tandem.node.testkit.Children;
import io.tandem.node.testkit.Ports;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The program as a process of its own, and what can be seen of it from outside. */
final class Fortress implements AutoCloseable {
    private final Process process;
    private final Path errors;
    final int http = Ports.reserved();
    final int https = Ports.reserved();

    /** @param backends lines {@code backend NAME port} as {@code NAME PORT}; paths {@code /NAME} go there */
    Fortress(Path directory, int good, List<String> backends) throws IOException, InterruptedException {
        errors = directory.resolve("errors");
        Path certificate = directory.resolve("cert.pem");
        Files.writeString(certificate, resource("ec.crt") + resource("ec.key"));
        StringBuilder text = new StringBuilder(
                """
                global
                    nbthread 1
                    maxconn %d
                defaults
                    mode http
                    timeout connect 1s
                    timeout client 2s
                    timeout server 1s
                    timeout http-request 1s
                    timeout http-keep-alive 20s
                    retries 1
                frontend fe
                    bind 127.0.0.1:%d
                    bind 127.0.0.1:%d ssl crt %s
                    option forwardfor
                    http-request return status 200 if { path /small }
                """
                        .formatted(Flood.CONNECTIONS + 3000, http, https, certificate));
        StringBuilder sections = new StringBuilder(
                "    default_backend good\nbackend good\n    timeout server 5s\n    server s 127.0.0.1:" + good + "\n");
        for (String backend : backends) {
            String[] words = backend.split(" ", 2);
            text.append("    use_backend ")
                    .append(words[0])
                    .append(" if { path /")
                    .append(words[0])
                    .append(" }\n");
            sections.append("backend ")
                    .append(words[0])
                    .append("\n    server s 127.0.0.1:")
                    .append(words[1])
                    .append('\n');
        }
        Path file = Files.writeString(directory.resolve("flood.cfg"), text.append(sections));
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(
                List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx96m", "-XX:MaxDirectMemorySize=192m"));
        command.addAll(List.of("-Dio.netty.leakDetection.level=simple", "-Dio.netty.leakDetection.samplingInterval=4"));
        command.addAll(List.of(
                "-cp", System.getProperty("java.class.path"), "io.tandem.node.cli.Main", "-db", "-f", file.toString()));
        process = Children.with(new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors.toFile())
                .start());
        awaitPort();
    }

    private static String resource(String name) throws IOException {
        try (var in = Objects.requireNonNull(
                Fortress.class.getResourceAsStream("/io/tandem/node/frontend/tls/" + name), name)) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
        }
    }

    private void awaitPort() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() - deadline < 0 && process.isAlive()) {
            try (Socket probe = new Socket("127.0.0.1", http)) {
                if (probe.isConnected()) {
                    return;
                }
            } catch (IOException notYet) {
                process.waitFor(50, TimeUnit.MILLISECONDS);
            }
        }
        throw new IOException("it does not serve: " + errors());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it wrote to its standard error. */
    String errors() throws IOException {
        return Files.readString(errors, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /** Resident memory, MiB. */
    int memoryMb() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Integer.parseInt(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        return 0;
    }

    /** Open descriptors. */
    int descriptors() {
        String[] names = new File("/proc/" + process.pid() + "/fd").list();
        return names == null ? 0 : names.length;
    }

    /** Descriptors once they no longer become fewer, or {@code most} are left. */
    int descriptorsInTheEnd(int most) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        int now = descriptors();
        while (now > most && System.nanoTime() - deadline < 0) {
            Thread.sleep(50);
            now = descriptors();
        }
        return now;
    }

    @Override
    public void close() {
        Children.end(process);
    }
}
