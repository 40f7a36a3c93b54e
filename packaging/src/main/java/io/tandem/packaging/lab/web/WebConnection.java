// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.web;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One client of an embedded web server: HTTP/1, keep-alive, request bodies of known length. Owned by the server thread. */
final class WebConnection {
    /** A proxy may keep thousands of connections idle. */
    private static final int USUAL_HEAD_BYTES = 512;

    private static final int MAX_HEAD_BYTES = 16 * 1024;
    private static final byte[] BAD_REQUEST =
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private final SocketChannel client;
    private final String page;
    private ByteBuffer in = ByteBuffer.allocate(USUAL_HEAD_BYTES);
    private ByteBuffer out = ByteBuffer.allocate(0);
    private long bodyBytesLeft;
    private boolean closeAfterAnswer;

    WebConnection(SocketChannel client) throws IOException {
        this.client = client;
        this.page = ((InetSocketAddress) client.getLocalAddress()).getAddress().getHostAddress();
    }

    /** Reads, answers, writes; false when the connection is done. */
    boolean onReady(SelectionKey key) throws IOException {
        if (key.isReadable()) {
            int count = client.read(in);
            if (count < 0) {
                return false;
            }
            if (!answerWhatIsComplete()) {
                return false;
            }
        }
        if (out.hasRemaining()) {
            client.write(out);
        }
        key.interestOps(out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        return out.hasRemaining() || !closeAfterAnswer;
    }

    private boolean answerWhatIsComplete() throws IOException {
        while (!out.hasRemaining() && !closeAfterAnswer) {
            skipBody();
            int end = bodyBytesLeft > 0 ? -1 : headEnd();
            if (end < 0) {
                if (!in.hasRemaining() && in.capacity() < MAX_HEAD_BYTES) {
                    in = ByteBuffer.allocate(MAX_HEAD_BYTES).put(in.flip());
                } else if (!in.hasRemaining()) {
                    answer(BAD_REQUEST, true);
                    client.write(out);
                    return false;
                }
                return true;
            }
            String head = new String(in.array(), 0, end, StandardCharsets.ISO_8859_1);
            consume(end);
            respond(head);
            skipBody();
            client.write(out);
        }
        return true;
    }

    private void respond(String head) {
        String lower = head.toLowerCase(Locale.ROOT);
        long length = contentLength(lower);
        if (length < 0 || !lower.substring(0, lower.indexOf("\r\n")).contains(" http/1.")) {
            answer(BAD_REQUEST, true);
            return;
        }
        bodyBytesLeft = length;
        // A body of unknown length is not read: the connection ends with the answer.
        boolean close = lower.contains("\r\nconnection: close")
                || lower.contains("\r\ntransfer-encoding:")
                || lower.substring(0, lower.indexOf("\r\n")).endsWith("http/1.0");
        String response = "HTTP/1.1 200 OK\r\nServer: tandem-lab\r\nContent-Type: text/html; charset=UTF-8\r\n"
                + "Content-Length: " + page.length() + (close ? "\r\nConnection: close" : "") + "\r\n\r\n"
                + (head.startsWith("HEAD ") ? "" : page);
        answer(response.getBytes(StandardCharsets.US_ASCII), close);
    }

    private static long contentLength(String lowerCaseHead) {
        int at = lowerCaseHead.indexOf("\r\ncontent-length:");
        if (at < 0) {
            return 0;
        }
        int start = at + "\r\ncontent-length:".length();
        int end = lowerCaseHead.indexOf("\r\n", start);
        try {
            return Long.parseLong(lowerCaseHead.substring(start, end).strip());
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private void answer(byte[] bytes, boolean close) {
        out = ByteBuffer.wrap(bytes);
        closeAfterAnswer = close;
    }

    private void skipBody() {
        int skipped = (int) Math.min(bodyBytesLeft, in.position());
        if (skipped > 0) {
            bodyBytesLeft -= skipped;
            consume(skipped);
        }
    }

    private int headEnd() {
        byte[] bytes = in.array();
        for (int i = 3; i < in.position(); i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    private void consume(int count) {
        in.flip();
        in.position(count);
        in.compact();
    }
}
