// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import java.util.Arrays;

/** Scans request heads (RFC 9112 section 3), as strict about targets and Host as HAProxy 2.6. */
public final class RequestScanner extends HeadScanner {
    /** What HTTP/2 begins with: no method of HTTP/1 (RFC 9113 section 11.6). */
    private static final byte[] HOST = Ascii.bytes("host");

    private static final byte[] UPGRADE = Ascii.bytes("upgrade");
    private static final byte[] WEBSOCKET = Ascii.bytes("websocket");
    private static final byte[] SEC_WEBSOCKET_KEY = Ascii.bytes("sec-websocket-key");
    private static final byte[] TE = Ascii.bytes("te");
    private static final byte[] TRAILERS = Ascii.bytes("trailers");
    private static final byte[] HTTPS = Ascii.bytes("https");
    private static final byte[] HTTP = Ascii.bytes("http");

    private static final byte[] PORT_80 = Ascii.bytes("80");
    private static final byte[] PORT_443 = Ascii.bytes("443");

    private Request request;
    private int textLength;
    private int hostIndex;
    private int upgradeIndex;
    private int webSocketKeyIndex;
    private boolean expectsBodies = true;

    /** @param maxFields {@code tune.http.maxhdr} */
    public RequestScanner(Request request, int maxFields) {
        super(request.headers(), maxFields);
        this.request = request;
    }

    /** The next heads are put into {@code request}. */
    void into(Request request) {
        super.into(request.headers());
        this.request = request;
    }

    /** Whether a body is taken for one where HTTP/1.0 knows none, behind GET, HEAD and DELETE: others might not look for it. */
    void expectsBodies(boolean always) {
        expectsBodies = always;
    }

    /**
     * Begins a request.
     *
     * @param reserve bytes of the buffer kept for edits, {@code tune.maxrewrite}
     */
    public void begin(HeadBuffer buffer, int reserve) {
        headers().begin(buffer, buffer.bytes().length);
        begin(buffer.bytes(), buffer.bytes().length - reserve);
    }

    /** Begins a request that lies at the start of {@code bytes}, and is only looked at. */
    public void begin(byte[] bytes) {
        headers().begin(bytes, bytes.length);
        begin(bytes, bytes.length);
    }

    @Override
    void beginMessage() {
        hostIndex = -1;
        upgradeIndex = -1;
        webSocketKeyIndex = -1;
    }

    @Override
    boolean acceptsLeadingEmptyLines() {
        return true;
    }

    @Override
    int startLineText() {
        return textLength;
    }

    @Override
    boolean mayBegin(int start, int end) {
        for (int i = start; i < end && bytes[i] != ' '; i++) {
            if (!isToken(bytes[i])) {
                return (bytes[i] == '\r' && i == start) || refuse(Malformed.REQUEST_LINE, i);
            }
        }
        return true;
    }

    @Override
    boolean startLine(int start, int end) {
        byte[] a = bytes;
        int methodEnd = start;
        while (methodEnd < end && isToken(a[methodEnd])) {
            methodEnd++;
        }
        if (methodEnd == start || methodEnd == end || a[methodEnd] != ' ') {
            return refuse(Malformed.REQUEST_LINE, methodEnd);
        }
        int uriStart = skipBlanks(methodEnd, end);
        int uriEnd = uriStart;
        while (uriEnd < end && (isTarget(a[uriEnd]) || (isLenient() && (a[uriEnd] < 0 || a[uriEnd] == '#')))) {
            uriEnd++;
        }
        if (uriEnd == uriStart || uriEnd == end || a[uriEnd] != ' ') {
            return refuse(Malformed.TARGET, uriEnd);
        }
        int version = skipBlanks(uriEnd, end);
        if (!isVersion(a, version, end)) {
            return refuse(Malformed.REQUEST_LINE);
        }
        boolean atLeast11 = a[version + 5] > '1' || (a[version + 5] == '1' && a[version + 7] >= '1');
        request.startLine(start, methodEnd, uriStart, uriEnd, atLeast11 ? 1 : 0);
        request.line(start, end);
        textLength = methodEnd - start + uriEnd - uriStart + 8;
        return true;
    }

    private static boolean isTarget(byte b) {
        return b > ' ' && b != 0x7f && b != '#';
    }

    private int skipBlanks(int from, int end) {
        int at = from;
        while (at < end && bytes[at] == ' ') {
            at++;
        }
        return at;
    }

    /** {@code HTTP/D.D} and nothing more. */
    static boolean isVersion(byte[] a, int start, int end) {
        return end - start == 8
                && a[start] == 'H'
                && a[start + 1] == 'T'
                && a[start + 2] == 'T'
                && a[start + 3] == 'P'
                && a[start + 4] == '/'
                && isDigit(a[start + 5])
                && a[start + 6] == '.'
                && isDigit(a[start + 7]);
    }

    static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    @Override
    boolean interpret(int index, int nameStart, int nameLength) {
        switch (nameLength) {
            case 2 -> {
                if (named(nameStart, TE)) {
                    transferCodings(index);
                }
            }
            case 4 -> {
                if (named(nameStart, HOST)) {
                    return host(index);
                }
            }
            case 7 -> {
                if (named(nameStart, UPGRADE)) {
                    upgradeIndex = index;
                }
            }
            case 17 -> {
                if (named(nameStart, SEC_WEBSOCKET_KEY)) {
                    webSocketKeyIndex = index;
                }
            }
            default -> {}
        }
        return true;
    }

    /** Of TE goes on whether trailers are welcome; what is coded for this hop ends here, as with HAProxy. */
    private void transferCodings(int index) {
        Headers h = headers();
        int start = h.valueStart(index);
        int end = h.valueEnd(index);
        int at = FieldList.indexOf(bytes, start, end, TRAILERS);
        if (at < 0) {
            h.remove(index);
        } else if (end - start != TRAILERS.length) {
            System.arraycopy(TRAILERS, 0, bytes, start, TRAILERS.length);
            h.shorten(index, start + TRAILERS.length);
        }
    }

    /** Several are accepted as long as they agree; the first one goes on. */
    private boolean host(int index) {
        if (hostIndex < 0) {
            hostIndex = index;
            return true;
        }
        Headers h = headers();
        if (!same(h.valueStart(hostIndex), h.valueEnd(hostIndex), h.valueStart(index), h.valueEnd(index))) {
            return refuse(Malformed.HOST, h.valueStart(index));
        }
        h.remove(index);
        return true;
    }

    private boolean same(int start, int end, int otherStart, int otherEnd) {
        if (end - start != otherEnd - otherStart) {
            return false;
        }
        for (int i = 0; i < end - start; i++) {
            if (Ascii.toLower(bytes[start + i]) != Ascii.toLower(bytes[otherStart + i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    boolean finish() {
        int first = bytes[request.uriStart()];
        if (request.method() == Method.CONNECT) {
            if (hasBody()) {
                return refuse(Malformed.CONTENT_LENGTH); // RFC 9110 section 9.3.6: what follows is the tunnel's
            }
            if (!connectTarget() && !isLenient()) {
                return refuse(Malformed.AUTHORITY, request.uriStart());
            }
        } else if (first != '/' && !(first == '*' && request.uriEnd() - request.uriStart() == 1)) {
            if (!absoluteTarget() && !isLenient()) {
                return refuse(Malformed.AUTHORITY);
            }
        }
        if (request.minorVersion() == 0 && !expectsBodies && hasBody() && isBodyless(request.method())) {
            return refuse(Malformed.PAYLOAD);
        }
        if (saysUpgrade()) {
            Headers h = headers();
            boolean webSocket =
                    FieldList.indexOf(bytes, h.valueStart(upgradeIndex), h.valueEnd(upgradeIndex), WEBSOCKET) >= 0;
            if (webSocket && webSocketKeyIndex < 0) {
                return refuse(Malformed.WEBSOCKET);
            }
            if (hasBody()) {
                h.remove(upgradeIndex); // HAProxy offers no upgrade behind a body
            }
        }
        request.body(framing(), isChunked() ? -1 : contentLength());
        request.connection(keepsAlive(), saysUpgrade(), webSocketKeyIndex);
        request.countedSize(countedSize());
        return true;
    }

    private static boolean isBodyless(Method method) {
        return method == Method.GET || method == Method.HEAD || method == Method.DELETE;
    }

    /** {@code host:port}, the same as Host's (RFC 9112 section 3.2.3). */
    private boolean connectTarget() {
        int start = request.uriStart();
        int end = request.uriEnd();
        int port = portStart(start, end);
        return port > start + 1
                && port < end
                && matchesHost(start, end, isPort(port, end, PORT_80) || isPort(port, end, PORT_443), PORT_80);
    }

    /** {@code scheme://authority/path} (RFC 9112 section 3.2.2); HAProxy drops a port that the scheme implies. */
    private boolean absoluteTarget() {
        byte[] a = bytes;
        int start = request.uriStart();
        int end = request.uriEnd();
        int colon = start;
        while (colon < end && isSchemeByte(a[colon])) {
            colon++;
        }
        if (colon == start || end - colon < 3 || a[colon] != ':' || a[colon + 1] != '/' || a[colon + 2] != '/') {
            return false;
        }
        int authority = colon + 3;
        int authorityEnd = authority;
        while (authorityEnd < end && a[authorityEnd] != '/') {
            authorityEnd++;
        }
        for (int i = authority; i < authorityEnd; i++) {
            if (a[i] == '?') {
                return false;
            }
        }
        int user = authority;
        for (int i = authority; i < authorityEnd; i++) {
            if (a[i] == '@') {
                user = i + 1;
            }
        }
        if (user == authorityEnd) {
            return true;
        }
        int port = portStart(user, authorityEnd);
        byte[] usual = equalsIgnoreCase(start, colon, HTTPS) ? PORT_443 : PORT_80;
        boolean known = usual == PORT_443 || equalsIgnoreCase(start, colon, HTTP);
        boolean implied = port > 0 && (port == authorityEnd || (known && isPort(port, authorityEnd, usual)));
        if (!matchesHost(user, authorityEnd, implied, usual)) {
            return false;
        }
        if (implied) {
            dropFromTarget(port - 1, authorityEnd);
        }
        return true;
    }

    private static boolean isSchemeByte(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || isDigit(b) || b == '+' || b == '-' || b == '.';
    }

    /** Behind the colon of {@code host:port}, or 0; colons within brackets are an IPv6 address's. */
    private int portStart(int start, int end) {
        for (int i = end - 1; i >= start; i--) {
            if (bytes[i] == ':') {
                return i + 1;
            }
            if (!isDigit(bytes[i])) {
                return 0;
            }
        }
        return 0;
    }

    private boolean isPort(int start, int end, byte[] digits) {
        return start > 0 && Arrays.equals(bytes, start, end, digits, 0, digits.length);
    }

    /**
     * Whether Host, if there is one, names the same.
     *
     * @param implied whether the port there may be missing in Host
     * @param usual the port that Host may name where none stands here
     */
    private boolean matchesHost(int start, int end, boolean implied, byte[] usual) {
        if (hostIndex < 0) {
            return true;
        }
        Headers h = headers();
        int hostStart = h.valueStart(hostIndex);
        int hostEnd = h.valueEnd(hostIndex);
        if (!implied) {
            int port = portStart(hostStart, hostEnd);
            return same(start, end, hostStart, hostEnd)
                    || (isPort(port, hostEnd, usual) && same(start, end, hostStart, port - 1));
        }
        int bare = portStart(start, end) - 1;
        if (same(start, end, hostStart, hostEnd)) {
            h.shorten(hostIndex, hostStart + bare - start);
            return true;
        }
        return same(start, bare, hostStart, hostEnd);
    }

    /** Takes {@code from..to} out of the target: what stands before it moves up. */
    private void dropFromTarget(int from, int to) {
        int start = request.uriStart();
        int by = to - from;
        System.arraycopy(bytes, start, bytes, start + by, from - start);
        bytes[start] = ' ';
        request.startLine(
                request.methodStart(), request.methodEnd(), start + by, request.uriEnd(), request.minorVersion());
        textLength -= by;
    }

    private boolean hasBody() {
        return isChunked() || contentLength() > 0;
    }

    /** How its body ends. */
    private Framing framing() {
        if (isChunked()) {
            return Framing.CHUNKED;
        }
        return contentLength() > 0 ? Framing.LENGTH : Framing.NONE;
    }

    /** Whether the client wants the connection to go on (RFC 9112 section 9.3), or its framing forbids it. */
    private boolean keepsAlive() {
        if (saysClose() || (isChunked() && (isLengthDropped() || request.minorVersion() == 0))) {
            return false;
        }
        return request.minorVersion() > 0 || saysKeepAlive();
    }
}
