// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.jmh;

import java.io.IOException;
import java.nio.ByteBuffer;

/** One stream after the other, with as little of HTTP/2 (RFC 9113) as that takes. */
final class Http2Client extends KeptClient {
    private static final int FRAME_HEAD = 9;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    /** Where a frame's head has its stream. */
    private static final int STREAM = 5;

    /** The preface, empty settings, and a window for the whole connection that is never used up. */
    private static final String FIRST =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\0\0\0\4\0\0\0\0\0" + "\0\0\4\10\0\0\0\0\0\177\376\0\0";

    private final ByteBuffer acknowledgement = Http1Client.direct("\0\0\0\4\1\0\0\0\0");
    private final ByteBuffer request;
    private int stream = 1;

    Http2Client(int port) throws IOException {
        super(port);
        String block = "\u0082\u0086" // :method GET, :scheme http
                + field(4, "/some/path?with=a&query=string")
                + field(1, "www.example.org")
                + "\17" // user-agent, number 58 of the static table
                + field(58 - 15, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36");
        request = Http1Client.direct("\0\0" + (char) block.length() + (char) HEADERS + (char) (END_STREAM | END_HEADERS)
                + "\0\0\0\0" + block);
        send(Http1Client.direct(FIRST));
    }

    /** A literal without indexing whose name is in the static table (RFC 7541 6.2.2). */
    private static String field(int name, String value) {
        return (char) name + "" + (char) value.length() + value;
    }

    @Override
    int exchange() throws IOException {
        request.putInt(STREAM, stream);
        stream += 2;
        send(request);
        int count = 0;
        while (true) {
            await(FRAME_HEAD);
            int head = received.getInt(received.position());
            int all = FRAME_HEAD + (head >>> 8);
            int type = head & 255;
            int flags = received.get(received.position() + 4);
            await(all);
            received.position(received.position() + all);
            count += all;
            if ((type == DATA || type == HEADERS) && (flags & END_STREAM) != 0) {
                return count;
            }
            if (type == SETTINGS && flags == 0) {
                send(acknowledgement);
            } else if (type > SETTINGS && type != WINDOW_UPDATE) {
                throw new IOException("a frame of type " + type);
            }
        }
    }
}
