// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a drill's client and the request on it: non-blocking, small responses of known length only. Owned by
 * one selector's thread.
 */
final class HttpCall {
    private static final int MAX_RESPONSE_BYTES = 1024;
    private static final int STATUS_START = 9;
    private static final int STATUS_END = 12;

    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer in = ByteBuffer.allocate(MAX_RESPONSE_BYTES);
    private ByteBuffer out;
    private boolean answerExpected = true;
    private int headEnd;
    private int length;
    private @Nullable Object attachment;

    private HttpCall(SocketChannel channel, SelectionKey key, ByteBuffer request) {
        this.channel = channel;
        this.key = key;
        this.out = request;
    }

    /** Opens a connection in the namespace of the calling thread and sends the request on it. */
    static HttpCall open(Selector selector, SocketAddress server, byte[] request) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            boolean connected = channel.connect(server);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
            HttpCall call = new HttpCall(channel, key, ByteBuffer.wrap(request));
            key.attach(call);
            if (connected) {
                call.flush();
            }
            return call;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** What the caller wants to find again when the call is ready. */
    void attach(@Nullable Object object) {
        attachment = object;
    }

    @Nullable Object attachment() {
        return attachment;
    }

    /** Sends another request on the idle connection. */
    void send(byte[] request) throws IOException {
        in.clear();
        headEnd = 0;
        length = 0;
        answerExpected = true;
        out = ByteBuffer.wrap(request);
        flush();
    }

    /**
     * The selector found it ready.
     *
     * @return true when the response is complete
     * @throws IOException when the connection is broken, also while no answer is expected
     */
    boolean onReady() throws IOException {
        if (key.isConnectable()) {
            channel.finishConnect();
            flush();
            return false;
        }
        if (key.isWritable()) {
            flush();
        }
        if (!key.isReadable()) {
            return false;
        }
        if (channel.read(in) < 0) {
            throw new IOException("closed by the other side");
        }
        if (!answerExpected) {
            throw new IOException("bytes that were not asked for");
        }
        boolean complete = isComplete();
        if (complete) {
            answerExpected = false;
        } else if (!in.hasRemaining()) {
            throw new IOException("response of more than " + MAX_RESPONSE_BYTES + " bytes");
        }
        return complete;
    }

    private void flush() throws IOException {
        channel.write(out);
        key.interestOps(out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    private boolean isComplete() throws IOException {
        if (headEnd == 0) {
            headEnd = findHeadEnd();
            if (headEnd == 0) {
                return false;
            }
            length = contentLength();
        }
        return in.position() >= headEnd + length;
    }

    /** The status of the complete response. */
    int status() throws IOException {
        try {
            return Integer.parseInt(
                    new String(in.array(), STATUS_START, STATUS_END - STATUS_START, StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            throw new IOException("not a response", e);
        }
    }

    /** Whether the complete response says that the connection ends with it. */
    boolean saysClose() {
        return new String(in.array(), 0, headEnd, StandardCharsets.ISO_8859_1)
                .toLowerCase(Locale.ROOT)
                .contains("\r\nconnection: close\r\n");
    }

    /** The body of the complete response. */
    String body() {
        return new String(in.array(), headEnd, length, StandardCharsets.US_ASCII);
    }

    /** Closes at once, without the wait of an orderly end: a thousand a second would use up the ports. */
    void abort() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            channel.close();
        } catch (IOException e) {
            // broken already
        }
    }

    private int findHeadEnd() {
        byte[] bytes = in.array();
        for (int i = 3; i < in.position(); i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return 0;
    }

    private int contentLength() throws IOException {
        String head = new String(in.array(), 0, headEnd, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        int at = head.indexOf("\r\ncontent-length:");
        if (at < 0) {
            throw new IOException("response without a length");
        }
        int start = at + "\r\ncontent-length:".length();
        try {
            return Integer.parseInt(
                    head.substring(start, head.indexOf("\r\n", start)).strip());
        } catch (NumberFormatException e) {
            throw new IOException("response with a wrong length", e);
        }
    }
}
