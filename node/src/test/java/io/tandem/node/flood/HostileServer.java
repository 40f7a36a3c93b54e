// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.flood;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that does to each connection, once a head has come, what it was made for. */
final class HostileServer implements AutoCloseable {
    /** What it does; ends when the connection does. */
    @FunctionalInterface
    interface Doing {
        void with(Socket connection, InputStream in) throws IOException, InterruptedException;
    }

    private final ServerSocket socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final Doing doing;

    HostileServer(Doing doing) throws IOException {
        this.doing = doing;
        Flood.daemon(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Answers every request with a kilobyte. */
    static HostileServer wellBehaved() throws IOException {
        return new HostileServer((connection, in) -> {
            OutputStream out = connection.getOutputStream();
            do {
                out.write(("HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n" + "x".repeat(1024))
                        .getBytes(StandardCharsets.US_ASCII));
            } while (readHead(in));
        });
    }

    /** Says the same over and over. */
    static HostileServer repeating(String first, String again, int pauseMs) throws IOException {
        return new HostileServer((connection, in) -> {
            OutputStream out = connection.getOutputStream();
            out.write(first.getBytes(StandardCharsets.ISO_8859_1));
            byte[] more = again.getBytes(StandardCharsets.ISO_8859_1);
            while (true) {
                out.write(more);
                if (pauseMs > 0) {
                    Thread.sleep(pauseMs);
                }
            }
        });
    }

    static HostileServer resetting() throws IOException {
        return new HostileServer((connection, in) -> connection.setSoLinger(true, 0));
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                connection.setTcpNoDelay(true);
                open.add(connection);
                Flood.daemon(() -> serve(connection));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream(), 4096);
            if (readHead(in)) {
                doing.with(connection, in);
            }
        } catch (IOException | InterruptedException gone) {
            // the proxy has closed
        } finally {
            open.remove(connection);
        }
    }

    private static boolean readHead(InputStream in) throws IOException {
        for (int last = 0; last != 0x0d0a0d0a; ) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            last = last << 8 | next;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (Socket connection : open) {
            connection.close();
        }
    }
}
