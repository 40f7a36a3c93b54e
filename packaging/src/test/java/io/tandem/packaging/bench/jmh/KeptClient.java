// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.jmh;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A client that keeps one connection, and once that is open allocates nothing. */
abstract class KeptClient implements Closeable {
    private static final int BUFFER = 16_384;

    private final SocketChannel channel;

    /** What has come and was not taken yet: from position to limit. */
    final ByteBuffer received = ByteBuffer.allocateDirect(BUFFER).flip();

    KeptClient(int port) throws IOException {
        channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /** Asks and waits for the whole answer; how many bytes that had. */
    abstract int exchange() throws IOException;

    /** Sends all of it, from the start. */
    final void send(ByteBuffer message) throws IOException {
        message.rewind();
        while (message.hasRemaining()) {
            channel.write(message);
        }
    }

    /** Waits until so many bytes have come. */
    final void await(int count) throws IOException {
        while (received.remaining() < count) {
            received.compact();
            int read = channel.read(received);
            received.flip();
            if (read < 0) {
                throw new EOFException();
            }
        }
    }

    @Override
    public final void close() throws IOException {
        channel.close();
    }
}
