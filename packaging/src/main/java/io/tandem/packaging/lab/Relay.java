// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/**
 * Carries connections from the machine's loopback into the lab where no cable can be laid, because an ordinary user may
 * not touch the machine's network: loopback port, unix socket, floating address. Two threads a connection, and at most
 * {@value #MAX_CONNECTIONS} connections: enough for a browser; later ones wait.
 */
final class Relay {
    private static final int MAX_CONNECTIONS = 64;
    private static final int CHUNK_BYTES = 16 * 1024;

    private Relay() {}

    /**
     * The machine's end.
     *
     * @param wanted the loopback port to use if it is free
     * @return the port in use
     */
    static int listen(int wanted, Path lab) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try {
            listener.bind(new InetSocketAddress(loopback, wanted));
        } catch (IOException inUse) {
            listener.bind(new InetSocketAddress(loopback, 0));
        }
        serve(listener, () -> SocketChannel.open(UnixDomainSocketAddress.of(lab)));
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    /** The lab's end: from a unix socket to that address, reached from the calling thread's namespace. */
    static void connect(Path socket, InetSocketAddress target) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        serve(listener, () -> SocketChannel.open(target));
    }

    private interface Opener {
        SocketChannel open() throws IOException;
    }

    private static void serve(ServerSocketChannel listener, Opener onward) {
        Semaphore free = new Semaphore(MAX_CONNECTIONS);
        daemon("relay " + listener, () -> {
            while (listener.isOpen()) {
                free.acquireUninterruptibly();
                try {
                    SocketChannel from = listener.accept();
                    daemon("relay", () -> {
                        try {
                            carry(from, onward);
                        } finally {
                            free.release();
                        }
                    });
                } catch (IOException e) {
                    free.release();
                }
            }
        });
    }

    private static void carry(SocketChannel from, Opener onward) {
        try (from;
                SocketChannel to = onward.open()) {
            Thread back = daemon("relay back", () -> copy(to, from));
            copy(from, to);
            back.join();
        } catch (IOException e) {
            // nobody there: the browser sees the connection end
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
        try {
            while (from.read(chunk) >= 0) {
                chunk.flip();
                while (chunk.hasRemaining()) {
                    to.write(chunk);
                }
                chunk.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // one side went away: so does the other
            try {
                to.close();
                from.close();
            } catch (IOException ignored) {
                // closed already
            }
        }
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
