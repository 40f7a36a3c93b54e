// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A web server that answers what it is told to and remembers every byte it was sent. */
public final class RecordingServer implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<ByteArrayOutputStream> received = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private volatile String reply = "";
    private volatile boolean closes;

    public RecordingServer() throws IOException {
        daemon(this::accept);
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** From now on every request gets {@code reply}; the connection then ends if {@code closes}. */
    public void script(String reply, boolean closes) {
        this.reply = reply;
        this.closes = closes;
        received.clear();
        for (Socket connection : open) {
            quietlyClose(connection);
        }
        open.clear();
    }

    /** What came, connection by connection, since the script. */
    public List<String> received() {
        return received.stream()
                .map(bytes -> bytes.toString(StandardCharsets.ISO_8859_1))
                .toList();
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "recording-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = socket.accept();
                ByteArrayOutputStream record = new ByteArrayOutputStream();
                received.add(record);
                open.add(connection);
                daemon(() -> serve(connection, record));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket connection, ByteArrayOutputStream record) {
        try (connection) {
            InputStream in = connection.getInputStream();
            OutputStream out = connection.getOutputStream();
            StringBuilder unread = new StringBuilder();
            byte[] buffer = new byte[65_536];
            while (true) {
                int end = requestEnd(unread);
                if (end >= 0) {
                    unread.delete(0, end);
                    out.write(reply.getBytes(StandardCharsets.ISO_8859_1));
                    out.flush();
                    if (closes) {
                        return;
                    }
                    continue;
                }
                int count = in.read(buffer);
                if (count < 0) {
                    return;
                }
                synchronized (record) {
                    record.write(buffer, 0, count);
                }
                unread.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException reset) {
            // the proxy went away, which its client's side shows
        }
    }

    /** A PROXY protocol header of version 2 begins as the end of a head does: it is no part of the request. */
    private static int proxyHeader(StringBuilder unread) {
        boolean present = unread.length() >= 16 && unread.indexOf("\r\n\r\n\0\r\nQUIT\n") == 0;
        return present ? 16 + (unread.charAt(14) << 8) + unread.charAt(15) : 0;
    }

    private static int requestEnd(StringBuilder unread) {
        return unread.length() < 16 ? -1 : RequestEnd.in(unread, proxyHeader(unread));
    }

    private static void quietlyClose(Socket connection) {
        try {
            connection.close();
        } catch (IOException gone) {
            // it was closed already
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        open.forEach(RecordingServer::quietlyClose);
    }
}
