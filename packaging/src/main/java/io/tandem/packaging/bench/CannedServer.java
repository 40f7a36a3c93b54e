// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

/**
 * The web server behind the proxies: counts empty lines in what it reads and sends one canned reply for each. One thread,
 * almost no work.
 */
final class CannedServer implements AutoCloseable {
    private static final byte[] REPLY = ("HTTP/1.1 200 OK\r\nServer: canned\r\nDate: Sat, 21 Nov 2026 00:00:00 GMT\r\n"
                    + "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\npong\n")
            .getBytes(StandardCharsets.US_ASCII);

    private final ServerSocketChannel listener;
    private final Selector selector;
    private final ByteBuffer in = ByteBuffer.allocateDirect(65_536);
    private final ByteBuffer reply = ByteBuffer.allocateDirect(REPLY.length);

    /** Where in the empty line each connection's last read ended: 0..3. */
    private static final class Progress {
        private int matched;
    }

    CannedServer() throws IOException {
        reply.put(REPLY).flip();
        selector = Selector.open();
        listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress("127.0.0.1", 0), 4096);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        Thread thread = new Thread(this::serve, "canned-server");
        thread.setDaemon(true);
        thread.start();
    }

    int port() throws IOException {
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    private void serve() {
        try {
            while (listener.isOpen()) {
                selector.select();
                for (Iterator<SelectionKey> i = selector.selectedKeys().iterator(); i.hasNext(); i.remove()) {
                    handle(i.next());
                }
            }
        } catch (IOException | java.nio.channels.ClosedSelectorException closed) {
            // the benchmark is over
        }
    }

    private void handle(SelectionKey key) throws IOException {
        if (key.isAcceptable()) {
            SocketChannel channel = listener.accept();
            if (channel != null) {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.register(selector, SelectionKey.OP_READ, new Progress());
            }
            return;
        }
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            in.clear();
            if (channel.read(in) < 0) {
                channel.close();
                return;
            }
            for (int n = requests((Progress) key.attachment()); n > 0; n--) {
                reply.rewind();
                channel.write(reply); // a few bytes to a reader that waits for them: taken whole
            }
        } catch (IOException gone) {
            channel.close();
        }
    }

    private int requests(Progress progress) {
        int count = 0;
        int matched = progress.matched;
        for (int i = 0; i < in.position(); i++) {
            byte b = in.get(i);
            matched = switch (matched) {
                case 0, 2 -> b == '\r' ? matched + 1 : 0;
                case 1 -> b == '\n' ? 2 : 0;
                default -> {
                    if (b == '\n') {
                        count++;
                    }
                    yield 0;
                }
            };
        }
        progress.matched = matched;
        return count;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        selector.close();
    }
}
