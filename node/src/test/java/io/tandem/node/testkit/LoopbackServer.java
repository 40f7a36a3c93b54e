// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A server on a port of 127.0.0.1: a script serves each connection in a thread of its own, and it ends with the script. */
public final class LoopbackServer implements AutoCloseable {
    /** What happens on a connection; that the proxy closes it is no failure. */
    @FunctionalInterface
    public interface Script {
        /** @param number the first connection is 1 */
        void serve(Socket connection, int number) throws IOException, InterruptedException;
    }

    private final ServerSocket socket = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final Script script;

    public LoopbackServer(Script script) throws IOException {
        this.script = script;
        daemon(this::accept);
    }

    public int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        try {
            for (int number = 1; true; number++) {
                Socket connection = socket.accept();
                int own = number;
                daemon(() -> serve(connection, own));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket connection, int number) {
        try (connection) {
            script.serve(connection, number);
        } catch (IOException over) {
            // the proxy has closed
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "loopback server");
        thread.setDaemon(true);
        thread.start();
    }

    /** The next head, with the empty line behind it; empty if the peer has ended. */
    public static String head(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
        }
        return head.toString();
    }

    public static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Takes no more connections; those that are open go on. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
