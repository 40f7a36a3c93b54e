// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.Headers;
import java.nio.charset.StandardCharsets;

/** Writes a message's fields as a header block, those of HTTP/1's hop left out (RFC 9113 section 8.2.2). */
public final class ResponseFieldsWriter {
    private static final byte[] UPGRADE = ascii("upgrade");
    private static final byte[] CONNECTION = ascii("connection");
    private static final byte[] KEEP_ALIVE = ascii("keep-alive");
    private static final byte[] PROXY_CONNECTION = ascii("proxy-connection");
    private static final byte[] TRANSFER_ENCODING = ascii("transfer-encoding");
    private static final byte[] SEC_WEBSOCKET_ACCEPT = ascii("sec-websocket-accept");

    private ResponseFieldsWriter() {}

    /** @param tunnel whether the fields of an upgrade are left out too */
    public static void fields(ByteBuf out, Headers headers, boolean tunnel) {
        byte[] bytes = headers.bytes();
        for (int i = 0, count = headers.count(); i < count; i++) {
            if (!headers.isLive(i)) {
                continue;
            }
            int start = headers.nameStart(i);
            int end = headers.nameEnd(i);
            if (!isOfHop(bytes, start, end, tunnel)) {
                HpackEncoder.field(out, bytes, start, end, headers.valueStart(i), headers.valueEnd(i));
            }
        }
    }

    static boolean isOfHop(byte[] bytes, int start, int end, boolean tunnel) {
        return switch (end - start) {
            case 7 -> RequestFields.is(bytes, start, end, UPGRADE);
            case 10 ->
                RequestFields.is(bytes, start, end, CONNECTION) || RequestFields.is(bytes, start, end, KEEP_ALIVE);
            case 16 -> RequestFields.is(bytes, start, end, PROXY_CONNECTION);
            case 17 -> RequestFields.is(bytes, start, end, TRANSFER_ENCODING);
            case 20 -> tunnel && RequestFields.is(bytes, start, end, SEC_WEBSOCKET_ACCEPT);
            default -> false;
        };
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
