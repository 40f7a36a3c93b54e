// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;

/** A server in HTTP/1: sends back each chunk as it comes and trailers at the end; upgrades, and echoes then. */
final class Http1Echo implements AutoCloseable {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    Http1Echo() throws IOException {
        daemon(() -> {
            try {
                while (true) {
                    Socket connection = socket.accept();
                    daemon(() -> serve(connection));
                }
            } catch (IOException closed) {
                // the test is over
            }
        });
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "http1-echo");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    private static void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(connection.getInputStream());
            OutputStream out = connection.getOutputStream();
            String key = "";
            boolean upgrade = false;
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                String lower = line.toLowerCase(Locale.ROOT);
                upgrade |= lower.startsWith("upgrade: websocket");
                if (lower.startsWith("sec-websocket-key: ")) {
                    key = line.substring(19);
                }
            }
            if (upgrade) {
                webSocket(in, out, key);
            } else {
                chunks(in, out);
            }
        } catch (IOException gone) {
            // the proxy sees it
        }
    }

    private static void chunks(InputStream in, OutputStream out) throws IOException {
        text(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: grpc-status\r\n\r\n");
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            String chunk = new String(in.readNBytes(size), StandardCharsets.US_ASCII);
            line(in);
            text(out, Integer.toHexString(size) + "\r\n" + chunk + "\r\n");
        }
        text(out, "0\r\ngrpc-status: 0\r\n\r\n");
        while (!line(in).isEmpty()) {
            // trailers of the request
        }
    }

    /** Echoes until the client has sent its last, then says good-bye. */
    private static void webSocket(InputStream in, OutputStream out, String key) throws IOException {
        text(
                out,
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Accept: " + accept(key) + "\r\n\r\n");
        byte[] buffer = new byte[4096];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            out.write(buffer, 0, n);
        }
        text(out, "good-bye");
    }

    private static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void text(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("end");
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
