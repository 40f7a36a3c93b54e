// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.jmh;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A server for one connection after the other, which has the same answer for each head and allocates nothing for it. */
final class PongServer implements Closeable {
    static final String BODY = "pong\n";

    private static final int CRLF_CRLF = 0x0d0a0d0a;

    private final ServerSocketChannel listener =
            ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private final ByteBuffer reply = Http1Client.direct(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY);
    private final ByteBuffer head = ByteBuffer.allocateDirect(16_384);

    PongServer() throws IOException {
        Thread thread = new Thread(this::serve, "pong");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listener.socket().getLocalPort();
    }

    private void serve() {
        while (listener.isOpen()) {
            try (SocketChannel client = listener.accept()) {
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                answer(client);
            } catch (IOException gone) {
                // the next one, or the end
            }
        }
    }

    private void answer(SocketChannel client) throws IOException {
        head.clear();
        while (client.read(head) >= 0) {
            if (head.position() >= Integer.BYTES && head.getInt(head.position() - Integer.BYTES) == CRLF_CRLF) {
                head.clear();
                reply.rewind();
                while (reply.hasRemaining()) {
                    client.write(reply);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
