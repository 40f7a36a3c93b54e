// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;

/** A syslog server that reads every datagram and counts it. */
final class LogSink implements AutoCloseable {
    private static final int MOST_BYTES = 2048;

    private final DatagramSocket socket;
    private final LongAdder lines = new LongAdder();

    LogSink() throws IOException {
        socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
        Thread thread = new Thread(this::read, "log-sink");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    long lines() {
        return lines.sum();
    }

    private void read() {
        DatagramPacket packet = new DatagramPacket(new byte[MOST_BYTES], MOST_BYTES);
        try {
            while (true) {
                packet.setLength(MOST_BYTES);
                socket.receive(packet);
                lines.increment();
            }
        } catch (IOException closed) {
            // the benchmark is over
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
