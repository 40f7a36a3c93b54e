// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.0 exchange on a connection of its own (RFC 9112 9.3): bounded in bytes and, however slowly they drip in, in time;
 * asked once, without redirections. Blocks: for a thread of its own.
 *
 * @param status of the answer
 * @param type its {@code Content-Type}; empty for none
 * @param content all of it
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record ShortExchange(int status, String type, byte[] content) {
    private static final int LONGEST_HEAD = 8 * 1024;
    private static final int STEP_MS = 5_000;

    /**
     * Asks, and reads the answer.
     *
     * @param to where to connect to
     * @param request head and content
     * @param most bytes the answer's content may have
     * @param limitMs how long all of it may take
     * @throws IOException if that is not enough, or the answer is none
     */
    static ShortExchange with(InetSocketAddress to, byte[] request, int most, int limitMs) throws IOException {
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
        try (Socket socket = new Socket()) {
            socket.connect(to, Math.min(STEP_MS, leftMs(endNs)));
            socket.getOutputStream().write(request); // less than what a socket takes at once
            byte[] bytes = new byte[LONGEST_HEAD + most + 1];
            int length = 0;
            int whole = -1;
            while (whole < 0 || length < whole) {
                int count = read(socket, endNs, bytes, length);
                if (count < 0) {
                    return parse(bytes, length);
                }
                length += count;
                if (length == bytes.length) {
                    throw new IOException("more than " + most + " bytes");
                }
                whole = whole < 0 ? wholeLength(bytes, length, most) : whole;
            }
            return parse(bytes, whole);
        }
    }

    private static int leftMs(long endNs) throws IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime());
        if (left <= 0) {
            throw new SocketTimeoutException("the answer takes too long");
        }
        return (int) left;
    }

    private static int read(Socket socket, long endNs, byte[] bytes, int length) throws IOException {
        socket.setSoTimeout(Math.min(STEP_MS, leftMs(endNs)));
        InputStream in = socket.getInputStream();
        return in.read(bytes, length, bytes.length - length);
    }

    /** Where the content begins; -1 while the head is not all there. */
    private static int contentAt(byte[] bytes, int length) {
        for (int i = 3; i < length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    /** How many bytes head and content have; -1 where the head is not all there, or leaves it to the connection's end. */
    private static int wholeLength(byte[] bytes, int length, int most) throws IOException {
        int start = contentAt(bytes, length);
        if (start < 0 && length > LONGEST_HEAD) {
            throw new IOException("a head of more than " + LONGEST_HEAD + " bytes");
        }
        String announced = start < 0 ? null : field(head(bytes, start), "content-length");
        if (announced == null) {
            return -1;
        }
        if (!announced.matches("[0-9]{1,9}") || Integer.parseInt(announced) > most) {
            throw new IOException("more than " + most + " bytes");
        }
        return start + Integer.parseInt(announced);
    }

    private static String head(byte[] bytes, int length) {
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }

    private static @Nullable String field(String head, String name) {
        return head.lines()
                .skip(1)
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse(null);
    }

    /** @throws IOException if the answer is cut short, or no answer to HTTP/1.0 */
    static ShortExchange parse(byte[] bytes, int length) throws IOException {
        int start = contentAt(bytes, length);
        if (start < 0) {
            throw new EOFException("the answer ends in its head");
        }
        String head = head(bytes, start);
        if (!head.matches("(?s)HTTP/1\\.[0-9] [1-5][0-9]{2}[ \r].*")) {
            throw new IOException("the answer is not HTTP");
        }
        String announced = field(head, "content-length");
        if (field(head, "transfer-encoding") != null) {
            throw new IOException("chunks, which HTTP/1.0 has not");
        }
        if (announced != null && !announced.equals(String.valueOf(length - start))) {
            throw new EOFException("the answer is cut short");
        }
        String type = field(head, "content-type");
        return new ShortExchange(
                Integer.parseInt(head.substring(9, 12)),
                type == null ? "" : type,
                Arrays.copyOfRange(bytes, start, length));
    }
}
