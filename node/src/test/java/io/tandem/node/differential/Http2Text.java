// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** HTTP/2 as text of bytes: written as a client that may do anything would, read with Netty's decoder. */
public final class Http2Text {
    /** The client's preface with empty settings. */
    public static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, "");

    private Http2Text() {}

    public static String frame(int type, int flags, int stream, String payload) {
        int length = payload.length();
        return text(length >> 16, length >> 8, length, type, flags, stream >> 24, stream >> 16, stream >> 8, stream)
                + payload;
    }

    private static String text(int... bytes) {
        StringBuilder text = new StringBuilder();
        for (int b : bytes) {
            text.append((char) (b & 0xff));
        }
        return text.toString();
    }

    public static String data(int stream, boolean end, String data) {
        return frame(0, end ? 1 : 0, stream, data);
    }

    /** @param fields names and values in turn; written literally, whatever is in them */
    public static String headers(int stream, boolean end, String... fields) {
        StringBuilder block = new StringBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            block.append('\0').append(string(fields[i])).append(string(fields[i + 1]));
        }
        return frame(1, end ? 5 : 4, stream, block.toString());
    }

    private static String string(String value) {
        StringBuilder text = new StringBuilder();
        int rest = value.length();
        if (rest < 127) {
            text.append((char) rest);
        } else {
            text.append((char) 127);
            for (rest -= 127; rest >= 128; rest >>= 7) {
                text.append((char) (rest & 127 | 128));
            }
            text.append((char) rest);
        }
        return text.append(value).toString();
    }

    public static String request(
            String method, String scheme, String authority, String path, boolean end, String... fields) {
        List<String> all =
                new ArrayList<>(List.of(":method", method, ":scheme", scheme, ":authority", authority, ":path", path));
        all.addAll(List.of(fields));
        return headers(1, end, all.toArray(String[]::new));
    }

    /** What a proxy sent: heads, bodies and ends by stream; what may be sent at any time is left out. */
    public static String describe(String bytes) {
        DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at + 9 <= bytes.length() && !bytes.startsWith("<end>", at)) {
            int length = bytes.charAt(at) << 16 | bytes.charAt(at + 1) << 8 | bytes.charAt(at + 2);
            int type = bytes.charAt(at + 3);
            int flags = bytes.charAt(at + 4);
            String payload = bytes.substring(at + 9, Math.min(bytes.length(), at + 9 + length));
            at += 9 + length;
            switch (type) {
                case 0 -> text.append(payload).append((flags & 1) != 0 ? "\nEND\n" : "");
                case 1 ->
                    text.append("HEADERS ")
                            .append(fields(decoder, payload))
                            .append('\n')
                            .append((flags & 1) != 0 ? "END\n" : "");
                case 3 -> text.append("RESET ").append((int) payload.charAt(3)).append('\n');
                case 7 -> text.append("GOAWAY ").append((int) payload.charAt(7)).append('\n');
                default -> {}
            }
        }
        return text.append(bytes.endsWith("<end>") ? "closed" : "open").toString();
    }

    private static List<String> fields(DefaultHttp2HeadersDecoder decoder, String block) {
        try {
            Http2Headers headers =
                    decoder.decodeHeaders(1, Unpooled.wrappedBuffer(block.getBytes(StandardCharsets.ISO_8859_1)));
            List<String> fields = new ArrayList<>();
            for (Map.Entry<CharSequence, CharSequence> field : headers) {
                fields.add(field.getKey() + ": " + field.getValue());
            }
            fields.sort(null);
            return fields;
        } catch (Http2Exception broken) {
            return List.of(String.valueOf(broken.getMessage()));
        }
    }
}
