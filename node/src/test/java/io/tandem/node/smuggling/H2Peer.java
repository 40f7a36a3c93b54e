// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.smuggling;

import io.tandem.node.differential.Http2Text;
import io.tandem.node.differential.wire.StrictReader.Field;
import io.tandem.node.frontend.http.h2.HpackDecoder;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One end of an HTTP/2 connection that sends whatever it is told and takes down what it hears. One thread. */
final class H2Peer implements AutoCloseable {
    private static final int PREFACE_BYTES = 24;

    /** Windows that are never used up here. */
    private static final String OPEN = Http2Text.frame(8, 0, 0, "\177\377\0\0");

    /** What came on one stream. */
    static final class Heard {
        final int stream;
        final List<List<Field>> heads = new ArrayList<>();
        final StringBuilder data = new StringBuilder();
        boolean dataSeen;
        boolean ended;
        boolean reset;

        Heard(int stream) {
            this.stream = stream;
        }

        boolean isOver() {
            return ended || reset;
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final HpackDecoder decoder = new HpackDecoder(4096, 1 << 20, new byte[64 * 1024]);
    private final Map<Integer, Heard> streams = new HashMap<>();

    /** @param client whether this end opened the connection */
    H2Peer(Socket socket, boolean client) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        if (client) {
            send(Http2Text.PREFACE + OPEN);
        } else {
            in.readFully(new byte[PREFACE_BYTES]);
            send(Http2Text.frame(4, 0, 0, "") + OPEN);
        }
    }

    void send(String frames) throws IOException {
        socket.getOutputStream().write(frames.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** What came on that stream once nothing more comes. */
    Heard await(int stream) throws IOException {
        Heard heard = streams.computeIfAbsent(stream, Heard::new);
        while (!heard.isOver()) {
            frame();
        }
        streams.remove(stream);
        return heard;
    }

    /** The next stream on which nothing more comes. */
    Heard next() throws IOException {
        while (true) {
            Heard over = frame();
            if (over.isOver()) {
                streams.remove(over.stream);
                return over;
            }
        }
    }

    private Heard frame() throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = new byte[length];
        in.readFully(payload);
        Heard heard = streams.computeIfAbsent(stream, Heard::new);
        switch (type) {
            case 0 -> {
                heard.dataSeen = true;
                heard.data.append(new String(payload, StandardCharsets.ISO_8859_1));
            }
            case 1 -> heard.heads.add(fields(payload));
            case 3 -> heard.reset = true;
            case 4 -> {
                if ((flags & 1) == 0) {
                    send(Http2Text.frame(4, 1, 0, ""));
                }
            }
            case 7 -> throw new EOFException("GOAWAY " + payload[7]);
            case 9 -> throw new AssertionError("a block this long was not expected");
            default -> {}
        }
        if (type <= 1) {
            heard.ended = (flags & 1) != 0;
        }
        return heard;
    }

    private List<Field> fields(byte[] block) {
        List<Field> fields = new ArrayList<>();
        boolean good = decoder.decode(
                block,
                0,
                block.length,
                (name, nameStart, nameEnd, value, valueStart, valueEnd) -> fields.add(new Field(
                        new String(name, nameStart, nameEnd - nameStart, StandardCharsets.ISO_8859_1),
                        new String(value, valueStart, valueEnd - valueStart, StandardCharsets.ISO_8859_1))));
        if (!good) {
            throw new AssertionError("a header block that cannot be decoded");
        }
        return fields;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
