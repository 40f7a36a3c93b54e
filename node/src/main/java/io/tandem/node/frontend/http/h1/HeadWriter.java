// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.netty.buffer.ByteBuf;
import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Response;

/** Writes message heads: what is unchanged in as few copies as there are gaps. */
public final class HeadWriter {
    private HeadWriter() {}

    /** Writes request line and fields, without the empty line. */
    public static void requestLineAndFields(Request request, ByteBuf out) {
        if (request.isHttp2()) {
            translated(request, out);
            return;
        }
        byte[] bytes = request.bytes();
        int version = request.uriEnd() + 1;
        if (request.uriStart() == request.methodEnd() + 1
                && version + 8 == request.lineEnd()
                && bytes[request.uriEnd()] == ' '
                && bytes[version + 5] == '1'
                && bytes[version + 7] == '0' + request.minorVersion()
                && bytes[request.lineEnd()] == '\r') {
            fields(request.headers(), out, request.methodStart(), request.lineEnd() + 2);
            return;
        }
        out.writeBytes(bytes, request.methodStart(), request.methodEnd() - request.methodStart());
        out.writeByte(' ');
        out.writeBytes(bytes, request.uriStart(), request.uriEnd() - request.uriStart());
        out.writeByte(' ');
        out.writeBytes(request.minorVersion() > 0 ? HTTP_1_1 : HTTP_1_0);
        out.writeShort(CRLF);
        fields(request.headers(), out, 0, 0);
    }

    /** A target made for us of scheme, authority and path goes on as its path (RFC 9112 section 3.2.1). */
    private static void translated(Request request, ByteBuf out) {
        byte[] bytes = request.bytes();
        out.writeBytes(bytes, request.methodStart(), request.methodEnd() - request.methodStart());
        out.writeByte(' ');
        int start = request.isNormalized() ? request.pathStart() : request.uriStart();
        if (start < request.uriEnd()) {
            out.writeBytes(bytes, start, request.uriEnd() - start);
        } else {
            out.writeByte(request.method() == Method.OPTIONS ? '*' : '/');
        }
        out.writeByte(' ');
        out.writeBytes(HTTP_1_1);
        out.writeShort(CRLF);
        fields(request.headers(), out, 0, 0);
        if (request.framing() == Framing.CHUNKED) {
            out.writeBytes(CHUNKED);
        }
    }

    private static final byte[] CHUNKED = Ascii.bytes("transfer-encoding: chunked\r\n");

    /** Writes status line and fields, without the empty line. */
    public static void statusLineAndFields(Response response, ByteBuf out) {
        int status = response.status();
        out.writeBytes(response.minorVersion() > 0 ? HTTP_1_1 : HTTP_1_0);
        out.writeByte(' ')
                .writeByte('0' + status / 100)
                .writeByte('0' + status / 10 % 10)
                .writeByte('0' + status % 10)
                .writeByte(' ');
        out.writeBytes(response.bytes(), response.reasonStart(), response.reasonEnd() - response.reasonStart());
        out.writeShort(CRLF);
        fields(response.headers(), out, 0, 0);
        if (response.isHttp2() && response.framing() == Framing.CHUNKED) {
            out.writeBytes(CHUNKED);
        }
    }

    /**
     * Whether a response can go on as its bytes lie in its array, but for what must be added behind its fields.
     */
    public static boolean isUntouched(Response response) {
        byte[] bytes = response.bytes();
        return response.reasonStart() == 13
                && response.reasonEnd() > 13
                && bytes[5] == '1'
                && bytes[7] == '0' + response.minorVersion()
                && bytes[response.reasonEnd()] == '\r'
                && isUntouched(response.headers());
    }

    private static final byte[] HTTP_1_1 = Ascii.bytes("HTTP/1.1");
    private static final byte[] HTTP_1_0 = Ascii.bytes("HTTP/1.0");

    /** Writes the live fields in order, each as {@code name: value}, behind a run of bytes that begins the output. */
    private static void fields(Headers headers, ByteBuf out, int firstRunStart, int firstRunEnd) {
        byte[] bytes = headers.bytes();
        int runStart = firstRunStart;
        int runEnd = firstRunEnd;
        for (int i = 0, count = headers.count(); i < count; i++) {
            if (!headers.isLive(i)) {
                continue;
            }
            int start = headers.nameStart(i);
            if (isCanonical(headers, bytes, i)) {
                if (start != runEnd) {
                    out.writeBytes(bytes, runStart, runEnd - runStart);
                    runStart = start;
                }
                runEnd = headers.lineEnd(i);
            } else {
                out.writeBytes(bytes, runStart, runEnd - runStart);
                runStart = runEnd = 0;
                out.writeBytes(bytes, start, headers.nameEnd(i) - start);
                out.writeShort(COLON_BLANK);
                out.writeBytes(bytes, headers.valueStart(i), headers.valueEnd(i) - headers.valueStart(i));
                out.writeShort(CRLF);
            }
        }
        out.writeBytes(bytes, runStart, runEnd - runStart);
    }

    private static final int COLON_BLANK = ':' << 8 | ' ';
    static final int CRLF = '\r' << 8 | '\n';

    /** Whether the line as it lies there is {@code name: value CRLF}. */
    static boolean isCanonical(Headers headers, byte[] bytes, int i) {
        int nameEnd = headers.nameEnd(i);
        int lineEnd = headers.lineEnd(i);
        return headers.valueStart(i) - nameEnd == 2
                && lineEnd - headers.valueEnd(i) == 2
                && bytes[nameEnd + 1] == ' '
                && bytes[lineEnd - 2] == '\r';
    }

    /**
     * Whether all fields received are canonical and none is missing or added.
     */
    private static boolean isUntouched(Headers headers) {
        if (headers.edited()) {
            return false;
        }
        byte[] bytes = headers.bytes();
        for (int i = 0, count = headers.count(); i < count; i++) {
            if (!isCanonical(headers, bytes, i)) {
                return false;
            }
        }
        return true;
    }

    /** The empty line that ends a head. */
    public static void end(ByteBuf out) {
        out.writeShort(CRLF);
    }
}
