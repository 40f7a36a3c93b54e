// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A proxy under test, running on core 0. */
final class Contender implements AutoCloseable {
    /** The programs that can be measured. */
    enum Kind {
        HAPROXY,
        /** haproxy once more: its distance from the first is the noise of the run. */
        HAPROXY_AGAIN,
        NGINX,
        TANDEM
    }

    private final Kind kind;
    private final Process process;
    private final int port;

    private Contender(Kind kind, Process process, int port) {
        this.kind = kind;
        this.process = process;
        this.port = port;
    }

    /** Starts it and waits until it accepts connections. */
    static Contender start(Kind kind, BenchCase benchCase, int backendPort, Path directory)
            throws IOException, InterruptedException {
        int port = freePort();
        Path file = directory.resolve(kind.name().toLowerCase(java.util.Locale.ROOT) + ".cfg");
        Files.writeString(
                file, kind == Kind.NGINX ? nginx(port, backendPort, directory) : haproxy(benchCase, port, backendPort));
        List<String> command = new ArrayList<>(List.of("taskset", "-c", "0"));
        command.addAll(
                switch (kind) {
                    case HAPROXY, HAPROXY_AGAIN -> List.of("haproxy", "-db", "-f", file.toString());
                    case NGINX -> List.of("nginx", "-p", directory.toString(), "-c", file.toString());
                    case TANDEM ->
                        List.of(System.getProperty("tandem.launcher", "tandem"), "-db", "-f", file.toString());
                });
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve(kind + ".log").toFile());
        Contender contender = new Contender(kind, builder.start(), port);
        contender.awaitListening();
        return contender;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String haproxy(BenchCase benchCase, int port, int backendPort) {
        return "global\n    nbthread 1\n    maxconn 9000\ndefaults\n    mode http\n    timeout connect 5s\n"
                + "    timeout client 120s\n    timeout server 120s\n    timeout http-keep-alive 120s\n"
                + "frontend web\n    bind 127.0.0.1:" + port + "\n    "
                + String.join("\n    ", benchCase.haproxyLines())
                + "\n    default_backend app\nbackend app\n    balance roundrobin\n    http-reuse always\n"
                + "    server s1 127.0.0.1:" + backendPort + "\n";
    }

    private static String nginx(int port, int backendPort, Path directory) {
        return "worker_processes 1; daemon off; master_process off; error_log " + directory + "/nginx-error.log crit;\n"
                + "pid " + directory + "/nginx.pid;\nevents { worker_connections 9000; use epoll; }\nhttp {\n"
                + "  access_log off; keepalive_timeout 120s; keepalive_requests 1000000000;\n"
                + "  upstream b { server 127.0.0.1:" + backendPort
                + "; keepalive 256; keepalive_requests 1000000000; }\n"
                + "  server { listen 127.0.0.1:" + port + "; location / { proxy_pass http://b;\n"
                + "    proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_set_header Host $http_host;\n"
                + "    proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Port $server_port; } }\n"
                + "}\n";
    }

    private void awaitListening() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() - deadline < 0) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
                return;
            } catch (IOException notYet) {
                if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                    throw new IOException(kind + " ended with status " + process.exitValue() + "; see its log");
                }
            }
        }
        throw new IOException(kind + " does not listen on port " + port);
    }

    Kind kind() {
        return kind;
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
