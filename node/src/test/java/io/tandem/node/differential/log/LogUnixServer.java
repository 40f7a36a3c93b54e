// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.log;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A server on a unix socket that answers every connection's request. */
final class LogUnixServer implements AutoCloseable {
    private final Path path;
    private final ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);

    LogUnixServer(Path path) throws IOException {
        this.path = path;
        listening.bind(UnixDomainSocketAddress.of(path));
        Thread thread = new Thread(this::serve, "unix server");
        thread.setDaemon(true);
        thread.start();
    }

    Path path() {
        return path;
    }

    private void serve() {
        try {
            while (true) {
                try (SocketChannel client = listening.accept()) {
                    answer(client);
                }
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private static void answer(SocketChannel client) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        String heard = "";
        while (!heard.contains("\r\n\r\n")) {
            if (client.read(buffer) < 0) {
                return;
            }
            heard = new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
        }
        client.write(ByteBuffer.wrap(LogScene.ANSWER.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
