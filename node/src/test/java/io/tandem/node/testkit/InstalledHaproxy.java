// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The haproxy of this machine at work with one configuration, and an admin socket besides. Ends with the JVM at the latest. */
public final class InstalledHaproxy implements AutoCloseable {
    private static final int PATIENCE_S = 90;

    private final Path directory = Files.createTempDirectory("tnd-haproxy");
    private final Path admin = directory.resolve("admin.sock");
    private final Queue<String> said = new ConcurrentLinkedQueue<>();
    private final Process process;
    private final Thread reader;

    /** It ended, or does not serve: most likely it refused the configuration. */
    public static final class NotServing extends IOException {
        private static final long serialVersionUID = 1;

        private final String output;

        private NotServing(String output) {
            super("haproxy does not serve: " + output);
            this.output = output;
        }

        /** All that it wrote. */
        public String output() {
            return output;
        }
    }

    /**
     * Starts it with a configuration in {@code t.cfg}, the name that its messages show; returns once it serves.
     *
     * @throws NotServing if it does not
     */
    public InstalledHaproxy(String configuration) throws IOException {
        this(configuration, line -> {});
    }

    /** @param lines is given what it writes, line by line */
    public InstalledHaproxy(String configuration, Consumer<String> lines) throws IOException {
        Files.writeString(directory.resolve("t.cfg"), configuration, StandardCharsets.ISO_8859_1);
        Files.writeString(directory.resolve("admin.cfg"), "global\n    stats socket " + admin + " level admin\n");
        process = Children.with(new ProcessBuilder("haproxy", "-db", "-f", "t.cfg", "-f", "admin.cfg")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start());
        reader = new Thread(() -> read(lines), "haproxy says");
        reader.setDaemon(true);
        reader.start();
        awaitStart();
    }

    /** Skips the test where there is no haproxy; on the build server that is a failure. */
    public static void assumeInstalled() {
        Program.assumeInstalled("haproxy");
    }

    /** It answers once all is bound and it serves; nothing of that is seen in the configuration's own sections. */
    private void awaitStart() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!answers()) {
            if (hasEndedWithin(5) || System.nanoTime() - deadline >= 0) {
                awaitLastWord(); // before what ends it closes the pipe
                close();
                throw new NotServing(String.join("\n", said));
            }
        }
    }

    /** The process has ended; what it wrote last may still be on its way. */
    private void awaitLastWord() {
        try {
            reader.join(process.isAlive() ? 1 : TimeUnit.SECONDS.toMillis(PATIENCE_S));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean answers() {
        try {
            return !command("show info").isEmpty();
        } catch (IOException notYet) {
            return false;
        }
    }

    private boolean hasEndedWithin(int ms) throws IOException {
        try {
            return process.waitFor(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new IOException(e);
        }
    }

    private void read(Consumer<String> lines) {
        try (BufferedReader reader = process.inputReader(StandardCharsets.ISO_8859_1)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                said.add(line);
                lines.accept(line);
            }
        } catch (IOException over) {
            // the process has ended
        }
    }

    /** What it answers to a command. */
    public String command(String line) throws IOException {
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(admin));
            socket.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.ISO_8859_1)));
            return new String(Channels.newInputStream(socket).readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** Whether it still runs: there are configurations that end it. */
    public boolean isRunning() {
        return process.isAlive();
    }

    @Override
    public void close() {
        Children.end(process);
        for (String name : new String[] {"t.cfg", "admin.cfg", "admin.sock", ""}) {
            directory.resolve(name).toFile().delete();
        }
    }
}
