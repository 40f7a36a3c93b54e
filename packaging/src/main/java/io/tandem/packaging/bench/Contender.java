// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** A proxy under test: a process on the cores it is given. */
final class Contender implements AutoCloseable {
    /** What can be measured. */
    enum Kind {
        HAPROXY("haproxy"),
        /** haproxy once more: its distance from the first is the noise of the run. */
        HAPROXY_AGAIN("haproxy"),
        /** haproxy with its default of 16 KiB, where {@link #HAPROXY} has buffers as large as Tandem's. */
        HAPROXY_16K("haproxy"),
        NGINX("nginx"),
        /** Tandem as another build has it ({@code --against}). */
        TANDEM_BEFORE("tandem"),
        TANDEM("tandem");

        private final String program;

        Kind(String program) {
            this.program = program;
        }

        boolean isTandem() {
            return this == TANDEM || this == TANDEM_BEFORE;
        }

        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final int START_SECONDS = 60;
    private static final int FIRST_PORT = 20_000;
    private static final int CLIENTS_PORTS = 32_768;
    private static final int MOST_PORTS_TRIED = 100;

    /** Those that run: a bench that is told to end takes them along. */
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroy), "contenders-end"));
    }

    private final Kind kind;
    private final Process process;
    private final int port;
    private final Path log;

    private Contender(Kind kind, Process process, int port, Path log) {
        this.kind = kind;
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /**
     * Starts it and waits until it accepts connections.
     *
     * @param cores as {@code taskset -c} takes them
     */
    static Contender start(Kind kind, String cores, Features features, int bufferBytes, Bench bench)
            throws IOException, InterruptedException {
        return start(kind, cores, features, bufferBytes, "", bench);
    }

    static Contender start(Kind kind, String cores, Features features, int bufferBytes, String globalLines, Bench bench)
            throws IOException, InterruptedException {
        Contender contender = launch(kind, cores, features, bufferBytes, globalLines, bench);
        try {
            contender.awaitListening();
        } catch (IOException e) {
            contender.close();
            throw e;
        }
        return contender;
    }

    /** Starts it and returns at once. */
    static Contender launch(
            Kind kind, String cores, Features features, int bufferBytes, String globalLines, Bench bench)
            throws IOException {
        int port = freePort();
        Path directory = Files.createTempDirectory(bench.directory(), kind.label());
        Path file = directory.resolve(kind.program + ".cfg");
        Configurations configurations = new Configurations(
                port,
                bench.server().port(),
                bench.certificates(),
                bench.logSink().port());
        Files.writeString(
                file,
                kind == Kind.NGINX
                        ? configurations.nginx(features, directory.toString())
                        : configurations.haproxy(features, kind.isTandem() ? 0 : bufferBytes, globalLines));
        List<String> command = new ArrayList<>(List.of("taskset", "-c", cores));
        command.addAll(
                switch (kind) {
                    case HAPROXY, HAPROXY_AGAIN, HAPROXY_16K -> List.of("haproxy", "-db", "-f", file.toString());
                    case NGINX -> List.of("nginx", "-p", directory.toString(), "-c", file.toString());
                    case TANDEM -> List.of(launcher(), "-db", "-f", file.toString());
                    case TANDEM_BEFORE -> List.of(bench.options().launcherBefore(), "-db", "-f", file.toString());
                });
        Path log = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        RUNNING.add(process);
        return new Contender(kind, process, port, log);
    }

    static String launcher() {
        return System.getProperty("tandem.launcher", "tandem");
    }

    /** A port that nobody listens on, below those that the system gives to clients: none of them takes it meanwhile. */
    static int freePort() throws IOException {
        for (int tries = 0; tries < MOST_PORTS_TRIED; tries++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, CLIENTS_PORTS);
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // another one
            }
        }
        throw new IOException("no free port between " + FIRST_PORT + " and " + CLIENTS_PORTS);
    }

    private void awaitListening() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (System.nanoTime() - deadline < 0) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
                return;
            } catch (IOException notYet) {
                if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                    throw new IOException(kind.label() + " ended with status " + process.exitValue() + ": " + said());
                }
            }
        }
        throw new IOException(kind.label() + " does not listen on port " + port + ": " + said());
    }

    /** The beginning of what it printed. */
    String said() throws IOException {
        String text = Files.readString(log);
        return text.length() > 2000 ? text.substring(0, 2000) : text;
    }

    boolean isAlive() {
        return process.isAlive();
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
        RUNNING.remove(process);
        try {
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(3, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
