// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.http.h2;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.h2.FieldRules;
import io.tandem.node.frontend.http.h2.HpackEncoder;
import org.jspecify.annotations.Nullable;

/** Writes a request's head as a header block (RFC 9113 section 8.3.1). */
final class RequestBlock {
    private static final byte[] HOST = Ascii.bytes("host");
    private static final byte[] TE = Ascii.bytes("te");
    private static final byte[] TRAILERS = Ascii.bytes("trailers");
    private static final byte[] TE_TRAILERS = Ascii.bytes("tetrailers");
    private static final byte[] CONNECT = Ascii.bytes("CONNECT");
    private static final byte[] ROOT = {'/'};
    private static final byte[] STAR = {'*'};

    private RequestBlock() {}

    /**
     * Writes the block of {@code request}.
     *
     * @param protocol what an extended CONNECT asks for (RFC 8441), which the request then becomes; or null
     * @param secure whether the connection to the server is
     */
    static void write(ByteBuf out, Request request, byte @Nullable [] protocol, boolean secure) {
        byte[] bytes = request.bytes();
        Headers headers = request.headers();
        if (protocol == null) {
            HpackEncoder.method(out, bytes, request.methodStart(), request.methodEnd());
        } else {
            HpackEncoder.method(out, CONNECT, 0, CONNECT.length);
            HpackEncoder.protocol(out, protocol, 0, protocol.length);
        }
        if (request.method() == Method.CONNECT) {
            HpackEncoder.authority(out, bytes, request.uriStart(), request.uriEnd());
        } else {
            HpackEncoder.scheme(out, secure || isHttps(request));
            int host = headers.find(HOST, 0);
            if (host >= 0) {
                HpackEncoder.authority(out, headers.bytes(), headers.valueStart(host), headers.valueEnd(host));
            }
            path(out, request);
        }
        fields(out, headers, protocol == null ? -1 : request.webSocketKeyIndex());
    }

    private static boolean isHttps(Request request) {
        byte[] bytes = request.bytes();
        int start = request.uriStart();
        return request.uriEnd() - start > 5 && bytes[start] == 'h' && bytes[start + 4] == 's';
    }

    private static void path(ByteBuf out, Request request) {
        int path = request.pathStart();
        if (path < request.uriEnd()) {
            HpackEncoder.path(out, request.bytes(), path, request.uriEnd());
        } else {
            HpackEncoder.path(out, request.method() == Method.OPTIONS ? STAR : ROOT, 0, 1);
        }
    }

    /** @param but the field to leave out, or -1 */
    private static void fields(ByteBuf out, Headers headers, int but) {
        byte[] bytes = headers.bytes();
        for (int i = 0, count = headers.count(); i < count; i++) {
            if (!headers.isLive(i) || i == but) {
                continue;
            }
            int start = headers.nameStart(i);
            int end = headers.nameEnd(i);
            if (FieldRules.isOfHop(bytes, start, end) || FieldRules.is(bytes, start, end, HOST)) {
                continue;
            }
            if (FieldRules.is(bytes, start, end, TE)) {
                if (FieldList.indexOf(bytes, headers.valueStart(i), headers.valueEnd(i), TRAILERS) >= 0) {
                    HpackEncoder.field(out, TE_TRAILERS, 0, 2, 2, TE_TRAILERS.length);
                }
                continue;
            }
            HpackEncoder.field(out, bytes, start, end, headers.valueStart(i), headers.valueEnd(i));
        }
    }
}
