// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Reads one HTTP/1 response and shows it decoded: chunks joined, what is compressed inflated; it knows when that is all. */
final class HttpContent {
    private HttpContent() {}

    /** The head as it came, and the body decoded; {@code <end>} behind it if the connection has ended. */
    static String read(Socket client, boolean bodiless) throws IOException {
        client.setSoTimeout(3000);
        InputStream in = client.getInputStream();
        StringBuilder head = new StringBuilder();
        try {
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    return head + "<end>";
                }
                head.append((char) next);
            }
            String lower = head.toString().toLowerCase(Locale.ROOT);
            boolean closes = lower.contains("\r\nconnection: close\r\n");
            boolean none = bodiless || lower.startsWith("http/1.1 304") || lower.startsWith("http/1.1 204");
            String body = none ? "" : body(in, lower);
            return head + body + (closes && in.read() < 0 ? "<end>" : "");
        } catch (SocketTimeoutException late) {
            return head + "<silence>";
        }
    }

    private static String body(InputStream in, String head) throws IOException {
        String trailers = "";
        byte[] body;
        if (head.contains("\r\ntransfer-encoding: chunked\r\n")) {
            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            for (int size = size(in); size > 0; size = size(in)) {
                joined.write(in.readNBytes(size));
                line(in);
            }
            StringBuilder behind = new StringBuilder();
            for (String line = line(in); !line.isEmpty(); line = line(in)) {
                behind.append(line).append('|');
            }
            trailers = behind.toString();
            body = joined.toByteArray();
        } else if (head.contains("\r\ncontent-length: ")) {
            int at = head.indexOf("\r\ncontent-length: ") + 18;
            body = in.readNBytes(Integer.parseInt(head.substring(at, head.indexOf('\r', at))));
        } else {
            body = in.readAllBytes();
        }
        return new String(decoded(body, head), StandardCharsets.ISO_8859_1) + trailers;
    }

    private static int size(InputStream in) throws IOException {
        return Integer.parseInt(line(in), 16);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    private static byte[] decoded(byte[] body, String head) throws IOException {
        InputStream in = new ByteArrayInputStream(body);
        if (head.contains("\r\ncontent-encoding: gzip\r\n") && body.length > 1 && body[0] == 0x1f) {
            return new GZIPInputStream(in).readAllBytes();
        }
        if (head.contains("\r\ncontent-encoding: deflate\r\n")) {
            boolean framed = (body[0] & 0xf) == 8 && ((body[0] & 0xff) << 8 | body[1] & 0xff) % 31 == 0;
            byte[] inflated = new InflaterInputStream(in, new Inflater(!framed)).readAllBytes();
            byte[] marked = new byte[inflated.length + 1];
            marked[0] = (byte) (framed ? 'Z' : 'R'); // which of the two that go by that name
            System.arraycopy(inflated, 0, marked, 1, inflated.length);
            return marked;
        }
        return body;
    }
}
