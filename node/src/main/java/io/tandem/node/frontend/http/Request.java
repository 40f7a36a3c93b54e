// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http;

/**
 * An HTTP request: its start line as offsets into the bytes of {@link #headers}, and its fields. The same for every
 * version on the wire. Reused; owned by one event loop.
 */
public final class Request {
    private final Headers headers = new Headers();
    private int methodStart;
    private int methodEnd;
    private int uriStart;
    private int uriEnd;
    private int lineStart;
    private int lineEnd;
    private int receivedMethodStart;
    private int receivedMethodEnd;
    private int receivedUriStart;
    private int receivedUriEnd;
    private int minorVersion;
    private int loggedLength = 1023;
    private Method method = Method.OTHER;
    private Framing framing = Framing.NONE;
    private long contentLength = -1;
    private int countedSize;
    private boolean keepsAlive;
    private boolean asksUpgrade;
    private int webSocketKeyIndex = -1;
    private boolean http2;
    private boolean normalized;

    public Headers headers() {
        return headers;
    }

    public byte[] bytes() {
        return headers.bytes();
    }

    /** Lets go of the bytes: there is no request now, or none that could be read. */
    public void clear() {
        headers.clear();
        startLine(0, 0, 0, 0, 0);
        line(0, 0);
        body(Framing.NONE, -1);
        connection(false, false, -1);
        countedSize = 0;
        http2 = false;
        normalized = false;
    }

    /** What its reader found out about its body: {@code contentLength} is -1 where it is not known. */
    public void body(Framing framing, long contentLength) {
        this.framing = framing;
        this.contentLength = contentLength;
    }

    /**
     * What its reader found out about its connection.
     *
     * @param keepsAlive whether the client wants the connection to go on, and its framing lets it
     * @param asksUpgrade whether the sender asks for another protocol
     * @param webSocketKeyIndex the field with the key of a WebSocket handshake, or -1
     */
    public void connection(boolean keepsAlive, boolean asksUpgrade, int webSocketKeyIndex) {
        this.keepsAlive = keepsAlive;
        this.asksUpgrade = asksUpgrade;
        this.webSocketKeyIndex = webSocketKeyIndex;
    }

    /** The head's size as received and as HAProxy counts bytes; set by its reader. */
    public void countedSize(int size) {
        countedSize = size;
    }

    public int countedSize() {
        return countedSize;
    }

    /**
     * It came in HTTP/2.
     *
     * @param normalized whether its target was put together of scheme, authority and path: to a server in HTTP/1 the path
     *     alone goes on
     */
    public void asHttp2(boolean normalized) {
        http2 = true;
        this.normalized = normalized;
    }

    public boolean isHttp2() {
        return http2;
    }

    public boolean isNormalized() {
        return normalized;
    }

    /** Where the path of an absolute target begins; the target's end where it has none. */
    public int pathStart() {
        byte[] bytes = bytes();
        int at = uriStart;
        if (at < uriEnd && bytes[at] == '/') {
            return at;
        }
        while (at + 2 < uriEnd && !(bytes[at] == ':' && bytes[at + 1] == '/' && bytes[at + 2] == '/')) {
            at++;
        }
        if (at + 2 >= uriEnd) {
            return uriStart;
        }
        at += 3;
        while (at < uriEnd && bytes[at] != '/') {
            at++;
        }
        return at;
    }

    /** How its body ends. */
    public Framing framing() {
        return framing;
    }

    /** Bytes of the body, or -1. */
    public long contentLength() {
        return contentLength;
    }

    public boolean hasBody() {
        return framing != Framing.NONE;
    }

    public boolean keepsAlive() {
        return keepsAlive;
    }

    /** Whether the sender asks for another protocol on this connection; with a body it may not. */
    public boolean asksUpgrade() {
        return asksUpgrade;
    }

    /** Whether the sender asked to switch protocols, and may: there is no body. */
    public boolean offersUpgrade() {
        return asksUpgrade && !hasBody();
    }

    /** Index of {@code Sec-WebSocket-Key} in a WebSocket handshake, or -1. */
    public int webSocketKeyIndex() {
        return offersUpgrade() ? webSocketKeyIndex : -1;
    }

    public void startLine(int methodStart, int methodEnd, int uriStart, int uriEnd, int minorVersion) {
        this.methodStart = methodStart;
        this.methodEnd = methodEnd;
        this.uriStart = uriStart;
        this.uriEnd = uriEnd;
        receivedMethodStart = methodStart;
        receivedMethodEnd = methodEnd;
        receivedUriStart = uriStart;
        receivedUriEnd = Math.min(uriEnd, uriStart + Math.max(0, loggedLength - 1 - (methodEnd - methodStart)));
        this.minorVersion = minorVersion;
        method = Method.of(bytes(), methodStart, methodEnd);
    }

    public Method method() {
        return method;
    }

    public int methodStart() {
        return methodStart;
    }

    public int methodEnd() {
        return methodEnd;
    }

    /** The request target as it will be sent, absolute or not. */
    public int uriStart() {
        return uriStart;
    }

    public int uriEnd() {
        return uriEnd;
    }

    /** The method as it was received, whatever rules made of it: for logs. */
    public int receivedMethodStart() {
        return receivedMethodStart;
    }

    public int receivedMethodEnd() {
        return receivedMethodEnd;
    }

    /** How much of a request line is kept for logs ({@code tune.http.logurilen}). */
    public void loggedLength(int bytes) {
        loggedLength = bytes;
    }

    /** How many bytes a log line has for the request line, behind method and target. */
    public int loggedRest() {
        return loggedLength - 1 - (receivedMethodEnd - receivedMethodStart) - (receivedUriEnd - receivedUriStart);
    }

    /** The target as it was received, as far as logs show it. */
    public int receivedUriStart() {
        return receivedUriStart;
    }

    public int receivedUriEnd() {
        return receivedUriEnd;
    }

    /** Points the method at other bytes of {@link #bytes}, such as stashed ones. */
    public void method(int start, int end) {
        methodStart = start;
        methodEnd = end;
        method = Method.of(bytes(), start, end);
    }

    /** Points the target at other bytes of {@link #bytes}, such as stashed ones. */
    public void uri(int start, int end) {
        uriStart = start;
        uriEnd = end;
    }

    /** Whether it is the beginning of HTTP/2 (RFC 9113 section 3.4), whose method means nothing else. */
    public boolean isPreface() {
        byte[] a = bytes();
        return methodEnd - methodStart == 3
                && a[methodStart] == 'P'
                && a[methodStart + 1] == 'R'
                && a[methodStart + 2] == 'I';
    }

    /** Where the request line as received begins and ends, its line end left out: what logs quote. */
    public void line(int start, int end) {
        lineStart = start;
        lineEnd = end;
    }

    public int lineStart() {
        return lineStart;
    }

    public int lineEnd() {
        return lineEnd;
    }

    /** 0 or 1: the x of HTTP/1.x; HTTP/2 and later count as 1. {@link #isHttp2} tells them apart. */
    public int minorVersion() {
        return minorVersion;
    }
}
