// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.smuggling;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Serves each connection by a thread of its own; what is thrown beside IO errors is kept for the test. */
final class Listener implements AutoCloseable {
    /** What is done with a connection. */
    @FunctionalInterface
    interface Service {
        void serve(Socket connection) throws Exception;
    }

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private volatile @org.jspecify.annotations.Nullable Throwable wrong; // written by servers, read by the test

    Listener(Service service) throws IOException {
        daemon(() -> {
            try {
                while (true) {
                    Socket connection = socket.accept();
                    daemon(() -> serve(service, connection));
                }
            } catch (IOException closed) {
                // the test is over
            }
        });
    }

    private void serve(Service service, Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            service.serve(connection);
        } catch (IOException gone) {
            // the proxy's way to end
        } catch (Exception | AssertionError mistake) {
            wrong = mistake;
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "smuggling");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    /** Throws what a server has found wrong. */
    void check() {
        Throwable mistake = wrong;
        if (mistake != null) {
            wrong = null;
            throw new AssertionError(mistake.getMessage(), mistake);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
