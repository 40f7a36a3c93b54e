// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.Headers;

/** Writes a message's fields as a header block, those of HTTP/1's hop left out (RFC 9113 section 8.2.2). */
final class ResponseFieldsWriter {
    private static final byte[] SEC_WEBSOCKET_ACCEPT = Ascii.bytes("sec-websocket-accept");

    private ResponseFieldsWriter() {}

    /** @param tunnel whether the fields of an upgrade are left out too */
    static void fields(ByteBuf out, Headers headers, boolean tunnel) {
        byte[] bytes = headers.bytes();
        for (int i = 0, count = headers.count(); i < count; i++) {
            if (!headers.isLive(i)) {
                continue;
            }
            int start = headers.nameStart(i);
            int end = headers.nameEnd(i);
            boolean ofUpgrade = tunnel && FieldRules.is(bytes, start, end, SEC_WEBSOCKET_ACCEPT);
            if (!ofUpgrade && !FieldRules.isOfHop(bytes, start, end)) {
                HpackEncoder.field(out, bytes, start, end, headers.valueStart(i), headers.valueEnd(i));
            }
        }
    }
}
