// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import io.tandem.node.frontend.http.Upgrade;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;

/**
 * Takes every WebSocket, and every CONNECT, in the version of HTTP it is spoken to in and sends back each message; {@code bye} ends its side, and
 * where the client ends first it says {@code good-bye}.
 */
final class WebSocketServer implements AutoCloseable {
    private static final String KEY = "sec-websocket-key: ";

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Securing securing;
    private final String settings;
    private final String answer;
    private volatile BlockingQueue<String> present = new LinkedBlockingQueue<>();

    /** Puts TLS around a connection that has been accepted. */
    interface Securing {
        Socket secure(Socket accepted) throws IOException;
    }

    /** @param answer the frame that answers in HTTP/2; with a 403 in it CONNECT is refused in HTTP/1, too */
    WebSocketServer(boolean takesExtendedConnect, String answer) throws IOException {
        this(takesExtendedConnect, answer, accepted -> accepted);
    }

    WebSocketServer(boolean takesExtendedConnect, String answer, Securing securing) throws IOException {
        this.securing = securing;
        settings = Http2Text.frame(4, 0, 0, takesExtendedConnect ? "\0\10\0\0\0\1" : "");
        this.answer = answer;
        daemon(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    /** What came before, and what still comes on connections of before, is not heard. */
    void forget() {
        present = new LinkedBlockingQueue<>();
    }

    /** The next thing that came: a head, a message or an end. */
    String next() throws InterruptedException {
        String next = present.poll(5, TimeUnit.SECONDS);
        return next == null ? "nothing" : next;
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "websocket-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                BlockingQueue<String> received = present;
                daemon(() -> serve(connection, received));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket accepted, BlockingQueue<String> received) {
        try (Socket connection = securing.secure(accepted)) {
            connection.setTcpNoDelay(true);
            if (connection instanceof SSLSocket secure) {
                received.add("alpn " + secure.getApplicationProtocol());
            }
            DataInputStream in = new DataInputStream(connection.getInputStream());
            String first = text(in.readNBytes(3));
            if (first.equals("PRI")) {
                in.readNBytes(21);
                http2(connection, in, received);
            } else if (!first.isEmpty()) {
                http1(connection, in, received, first);
            }
        } catch (IOException gone) {
            // the client's side shows it
        }
    }

    private void http2(Socket connection, DataInputStream in, BlockingQueue<String> received) throws IOException {
        send(connection, settings);
        while (true) {
            int typed = in.readInt();
            int flags = in.read();
            int stream = in.readInt();
            String payload = text(in.readNBytes(typed >>> 8));
            int type = typed & 0xff;
            boolean end = (flags & 1) != 0;
            if (type == 4 && !end) {
                send(connection, Http2Text.frame(4, 1, 0, ""));
            } else if (type == 1) {
                received.add(Http2Text.describe(Http2Text.frame(type, flags, stream, payload)));
                send(connection, answer);
            } else if (type == 0) {
                if (!payload.isEmpty()) {
                    received.add(payload);
                    boolean bye = payload.equals("bye");
                    send(connection, Http2Text.data(stream, bye, payload));
                }
                if (end) {
                    received.add("END");
                    send(connection, Http2Text.data(stream, true, "good-bye"));
                }
            }
        }
    }

    private void http1(Socket connection, DataInputStream in, BlockingQueue<String> received, String first)
            throws IOException {
        StringBuilder head = new StringBuilder(first);
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) {
                return;
            }
            head.append((char) b);
        }
        received.add(head.toString());
        if (!first.equals("CON")) {
            send(connection, accepting(head));
        } else if (answer.contains("403")) {
            send(connection, "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
            return;
        } else {
            send(connection, "HTTP/1.1 200 OK\r\n\r\n");
        }
        byte[] buffer = new byte[1000];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            String message = new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
            received.add(message);
            send(connection, message);
            if (message.equals("bye")) {
                return;
            }
        }
        received.add("END");
        send(connection, "good-bye");
    }

    private static String accepting(StringBuilder head) {
        int key = head.toString().toLowerCase(Locale.ROOT).indexOf(KEY) + KEY.length();
        byte[] proof = head.substring(key, head.indexOf("\r\n", key)).getBytes(StandardCharsets.ISO_8859_1);
        return "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
                + "sec-websocket-accept: " + text(Upgrade.answerTo(proof, 0, proof.length)) + "\r\n\r\n";
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static void send(Socket connection, String text) throws IOException {
        connection.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
