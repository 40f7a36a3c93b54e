// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A server in HTTP/2 that answers each head with the frames of a script. */
final class Http2Server implements AutoCloseable {
    /** What is sent for a request. */
    interface Script {
        /** @param head the request's fields as {@link Http2Text#describe} shows them */
        void answer(Connection connection, int stream, String head) throws IOException;
    }

    /** A connection of the proxy. */
    static final class Connection {
        private final Socket socket;

        private Connection(Socket socket) {
            this.socket = socket;
        }

        void send(String frames) throws IOException {
            socket.getOutputStream().write(frames.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Script script;
    private final List<Socket> open = new ArrayList<>();

    Http2Server(Script script) throws IOException {
        this.script = script;
        daemon(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "http2-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                synchronized (open) {
                    open.add(socket);
                }
                daemon(() -> serve(socket));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            Connection connection = new Connection(socket);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.readNBytes(24);
            connection.send(Http2Text.frame(4, 0, 0, ""));
            while (true) {
                int typed = in.readInt();
                int flags = in.read();
                int stream = in.readInt();
                String payload = new String(in.readNBytes(typed >>> 8), StandardCharsets.ISO_8859_1);
                int type = typed & 0xff;
                if (type == 4 && flags == 0) {
                    connection.send(Http2Text.frame(4, 1, 0, ""));
                } else if (type == 1) {
                    script.answer(
                            connection, stream, Http2Text.describe(Http2Text.frame(type, flags, stream, payload)));
                }
            }
        } catch (IOException gone) {
            // the client's side shows it
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        synchronized (open) {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }
}
