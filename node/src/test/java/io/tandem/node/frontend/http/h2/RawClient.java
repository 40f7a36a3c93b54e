// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.tandem.node.differential.Http2Text;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client in HTTP/2 that sees every frame and gives no window by itself. */
final class RawClient implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RESET = 3;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW = 8;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    record Frame(int type, int flags, int stream, String payload) {
        boolean ends() {
            return type == RESET || (type <= HEADERS && (flags & 1) != 0);
        }

        String bytes() {
            return Http2Text.frame(type, flags, stream, payload);
        }
    }

    private final Socket socket;
    private final DataInputStream in;

    /**
     * @param receives the socket's receive buffer, bytes; 0 for the system's
     * @param header what comes before HTTP/2
     */
    private RawClient(int port, int receives, String header, String settings) throws IOException {
        socket = new Socket();
        if (receives > 0) {
            socket.setReceiveBufferSize(receives);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        send(header + PREFACE + Http2Text.frame(4, 0, 0, settings));
    }

    /** Goes on where the request in HTTP/1 that {@code socket} has sent was taken for one in HTTP/2. */
    RawClient(Socket socket) throws IOException {
        this.socket = socket;
        in = new DataInputStream(socket.getInputStream());
        send(PREFACE + Http2Text.frame(4, 0, 0, ""));
    }

    RawClient(int port, int receives, String settings) throws IOException {
        this(port, receives, "", settings);
    }

    RawClient(int port, String header) throws IOException {
        this(port, 0, header, "");
    }

    RawClient(int port) throws IOException {
        this(port, "");
    }

    void send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    void get(int stream, String path) throws IOException {
        send(Http2Text.headers(stream, true, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", path));
    }

    /** Gives window: the connection's with stream 0. */
    void window(int stream, int more) throws IOException {
        send(Http2Text.frame(WINDOW, 0, stream, number(more)));
    }

    static String number(int value) {
        return "" + (char) (value >>> 24) + (char) (value >>> 16 & 255) + (char) (value >>> 8 & 255)
                + (char) (value & 255);
    }

    /** The next frame; its type is -1 at the connection's end. */
    Frame next() throws IOException {
        int typed;
        try {
            typed = in.readInt();
        } catch (java.io.EOFException end) {
            return new Frame(-1, 0, 0, "");
        }
        int flags = in.read();
        int stream = in.readInt();
        return new Frame(
                typed & 0xff, flags, stream, new String(in.readNBytes(typed >>> 8), StandardCharsets.ISO_8859_1));
    }

    /** All frames that come before the answer to a ping that is sent now. */
    List<Frame> untilPong() throws IOException {
        send(Http2Text.frame(PING, 0, 0, "tnd-ping"));
        List<Frame> frames = new ArrayList<>();
        for (Frame frame = next(); frame.type() >= 0; frame = next()) {
            if (frame.type() == PING && (frame.flags() & 1) != 0) {
                return frames;
            }
            frames.add(frame);
        }
        throw new IOException("the connection ended");
    }

    /** Heads, data and end of a stream as text, until it ends. */
    String answer(int stream) throws IOException {
        StringBuilder frames = new StringBuilder();
        for (Frame frame = next(); frame.type() >= 0; frame = next()) {
            if (frame.stream() == stream && frame.type() != WINDOW) {
                frames.append(frame.bytes());
                if (frame.ends()) {
                    break;
                }
            }
        }
        return Http2Text.describe(frames.toString());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
