// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads lines from a blocking channel; a line longer than the limit ends the conversation. */
final class LineReader {
    private final SocketChannel channel;
    private final ByteBuffer bytes;
    private final int limit;
    private byte[] line = new byte[256];
    private int length;

    LineReader(SocketChannel channel, int limit) {
        this.channel = channel;
        this.bytes = ByteBuffer.allocate(4096).limit(0);
        this.limit = limit;
    }

    /** The next line without its end, or null at the end of the stream. */
    @Nullable String next() throws IOException {
        while (true) {
            while (bytes.hasRemaining()) {
                byte next = bytes.get();
                if (next == '\n') {
                    String text = new String(line, 0, length, StandardCharsets.UTF_8);
                    length = 0;
                    return text;
                }
                if (length == limit) {
                    throw new IOException("a line of more than " + limit + " bytes");
                }
                if (length == line.length) {
                    line = Arrays.copyOf(line, Math.min(limit, 2 * length));
                }
                line[length++] = next;
            }
            bytes.clear();
            int read = channel.read(bytes);
            bytes.flip();
            if (read < 0) {
                return null;
            }
        }
    }
}
