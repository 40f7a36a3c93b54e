// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Response;

/** Scans response heads (RFC 9112 section 4). */
public final class ResponseScanner extends HeadScanner {
    private static final byte[] SEC_WEBSOCKET_ACCEPT = Ascii.bytes("sec-websocket-accept");

    private static final byte[] BEGINNING = Ascii.bytes("HTTP/");

    private Response response;
    private int textLength;
    private int webSocketAcceptIndex;

    /** @param maxFields {@code tune.http.maxhdr} */
    public ResponseScanner(Response response, int maxFields) {
        super(response.headers(), maxFields);
        this.response = response;
    }

    /** The next heads are put into {@code response}. */
    public void into(Response response) {
        super.into(response.headers());
        this.response = response;
    }

    /**
     * Begins a response.
     *
     * @param reserve bytes of the buffer kept for edits, {@code tune.maxrewrite}
     */
    public void begin(HeadBuffer buffer, int reserve) {
        headers().begin(buffer, buffer.bytes().length);
        begin(buffer.bytes(), buffer.bytes().length - reserve);
    }

    /** Begins a response that lies whole at the start of {@code bytes}, and is only looked at. */
    public void begin(byte[] bytes) {
        headers().begin(bytes, bytes.length);
        begin(bytes, bytes.length);
    }

    @Override
    void beginMessage() {
        webSocketAcceptIndex = -1;
    }

    @Override
    boolean acceptsLeadingEmptyLines() {
        return true; // not RFC 9112's, but HAProxy's
    }

    @Override
    int startLineText() {
        return textLength;
    }

    @Override
    boolean mayBegin(int start, int end) {
        for (int i = start; i < Math.min(end, start + BEGINNING.length); i++) {
            if (bytes[i] != BEGINNING[i - start]) {
                return (bytes[i] == '\r' && i == start) || refuse(Malformed.STATUS_LINE);
            }
        }
        return true;
    }

    /** Stricter than HAProxy 2.6, which takes any four letters for HTTP and any number for a status. */
    @Override
    boolean startLine(int start, int end) {
        byte[] a = bytes;
        if (end - start < 12 || !RequestScanner.isVersion(a, start, start + 8) || a[start + 8] != ' ') {
            return refuse(Malformed.STATUS_LINE);
        }
        int digits = start + 9;
        while (digits < end && a[digits] == ' ') {
            digits++;
        }
        if (end - digits < 3
                || a[digits] == '0'
                || !RequestScanner.isDigit(a[digits])
                || !RequestScanner.isDigit(a[digits + 1])
                || !RequestScanner.isDigit(a[digits + 2])
                || (end - digits > 3 && a[digits + 3] != ' ')) {
            return refuse(Malformed.STATUS_LINE);
        }
        int status = (a[digits] - '0') * 100 + (a[digits + 1] - '0') * 10 + a[digits + 2] - '0';
        int reason = Math.min(digits + 4, end);
        boolean atLeast11 = a[start + 5] > '1' || (a[start + 5] == '1' && a[start + 7] >= '1');
        response.startLine(status, reason, end, atLeast11 ? 1 : 0);
        textLength = 8 + 3 + end - reason;
        return true;
    }

    @Override
    boolean interpret(int index, int nameStart, int nameLength) {
        if (nameLength == 20 && named(nameStart, SEC_WEBSOCKET_ACCEPT)) {
            webSocketAcceptIndex = index;
        }
        return true;
    }

    @Override
    boolean finish() {
        // an answer that switches names what to (RFC 9110 section 15.2.2)
        return response.status() != 101 || saysUpgrade() || refuse(Malformed.WEBSOCKET);
    }

    /** Index of {@code Sec-WebSocket-Accept}, or -1. */
    public int webSocketAcceptIndex() {
        return webSocketAcceptIndex;
    }

    /** Whether another response to the same request follows (RFC 9110 section 15.2). */
    public boolean isInterim() {
        return response.status() < 200 && response.status() != 101;
    }

    /** How the body of a response to {@code method} ends (RFC 9112 section 6.3). */
    public Framing framing(Method method) {
        int status = response.status();
        boolean tunnel = method == Method.CONNECT && status / 100 == 2;
        if (method == Method.HEAD || status < 200 || status == 204 || status == 304 || tunnel) {
            return Framing.NONE;
        }
        if (isChunked()) {
            return Framing.CHUNKED;
        }
        if (contentLength() >= 0) {
            return contentLength() == 0 ? Framing.NONE : Framing.LENGTH;
        }
        return Framing.UNTIL_CLOSE;
    }

    /** Takes out length fields that a response without body must not carry (RFC 9110 section 8.6). */
    public void dropLengths() {
        Headers h = headers();
        if (response.status() < 200 || response.status() == 204) {
            h.removeAll(CONTENT_LENGTH_NAME);
            h.removeAll(TRANSFER_ENCODING_NAME);
        }
    }

    private static final byte[] CONTENT_LENGTH_NAME = Ascii.bytes("content-length");
    private static final byte[] TRANSFER_ENCODING_NAME = Ascii.bytes("transfer-encoding");

    /** Whether the server lets the connection go on after this response. */
    public boolean keepsAlive() {
        if (saysClose() || isLengthDropped() || (isChunked() && response.minorVersion() == 0)) {
            return false;
        }
        return response.minorVersion() > 0 || saysKeepAlive();
    }
}
