// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;

/**
 * Answers {@code tandem status} and the lab on a unix socket: one line in, the answer out, closed.
 *
 * <p>For the service's own user only. At most {@value #MAX_CLIENTS} clients at a time.
 */
final class StatusServer implements AutoCloseable {
    static final String SOCKET = "guardian.sock";
    private static final int MAX_CLIENTS = 8;
    private static final int MAX_LINE = 256;

    private final ServerSocketChannel server;
    private final Path path;
    private final UnaryOperator<String> commands;
    private final Semaphore clients = new Semaphore(MAX_CLIENTS);

    private StatusServer(ServerSocketChannel server, Path path, UnaryOperator<String> commands) {
        this.server = server;
        this.path = path;
        this.commands = commands;
    }

    /** @param commands a line to its answer */
    static StatusServer open(Path directory, UnaryOperator<String> commands) throws IOException {
        Path path = directory.resolve(SOCKET);
        if (isServed(path)) {
            path = directory.resolve("guardian-" + ProcessHandle.current().pid() + ".sock");
        }
        Files.deleteIfExists(path);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(path));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        StatusServer status = new StatusServer(channel, path, commands);
        daemon("status", status::accept);
        return status;
    }

    /** A socket file that nobody listens on is a leftover. */
    private static boolean isServed(Path path) {
        try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return probe.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                if (clients.tryAcquire()) {
                    begin(client);
                } else {
                    client.close();
                }
            } catch (IOException e) {
                AcceptPause.take(server);
            }
        }
    }

    private void begin(SocketChannel client) throws IOException {
        try {
            daemon("status-client", () -> answer(client));
        } catch (OutOfMemoryError noThread) { // the next one may have more luck: this thread must live on
            clients.release();
            client.close();
        }
    }

    private void answer(SocketChannel client) {
        try (client) {
            String line = new LineReader(client, MAX_LINE).next();
            ByteBuffer bytes = ByteBuffer.wrap(
                    commands.apply(line == null ? "" : line.strip()).getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                client.write(bytes);
            }
        } catch (IOException e) {
            // The client left.
        } finally {
            clients.release();
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // The next start removes it.
        }
    }

    private static void daemon(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }
}
