// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.testkit;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** What a proxy logs by UDP, line by line as it comes. */
public final class LogReceiver implements AutoCloseable {
    private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final Consumer<String> lines;

    /** @param lines is given each line without its end, in a thread of its own */
    public LogReceiver(Consumer<String> lines) throws IOException {
        this.lines = lines;
        Thread thread = new Thread(this::receive, "log receiver");
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return socket.getLocalPort();
    }

    private void receive() {
        byte[] buffer = new byte[65_536];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                lines.accept(new String(buffer, 0, packet.getLength(), StandardCharsets.ISO_8859_1).trim());
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
