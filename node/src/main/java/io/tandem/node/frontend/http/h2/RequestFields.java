// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.loop.Tuning;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Makes a {@link Request} out of a decoded header block (RFC 9113 section 8.3), as HAProxy 2.6 does: the target is absolute
 * where there is an authority, Host comes first and is the authority's, cookies are joined, and whatever HTTP/1 could read
 * in another way is refused. One per loop; the request being read holds all results.
 */
final class RequestFields implements HpackDecoder.Sink {
    /** What became of a request's header block. */
    enum Outcome {
        GOOD,
        /** Malformed (section 8.1.1): the stream is reset. */
        MALFORMED,
        /** Well formed for HTTP/2, but no request: it is answered with 400. */
        BAD
    }

    private static final int SCHEME = 0;
    private static final int METHOD = 1;
    private static final int PATH = 2;
    private static final int AUTHORITY = 3;
    private static final int PROTOCOL = 4;
    private static final int PSEUDOS = 5;
    private static final byte[][] PSEUDO_NAMES = {
        Ascii.bytes(":scheme"),
        Ascii.bytes(":method"),
        Ascii.bytes(":path"),
        Ascii.bytes(":authority"),
        Ascii.bytes(":protocol")
    };

    private static final byte[] HOST = Ascii.bytes("host");
    private static final byte[] COOKIE = Ascii.bytes("cookie");
    private static final byte[] TE = Ascii.bytes("te");
    private static final byte[] TRAILERS = Ascii.bytes("trailers");
    private static final byte[] CONTENT_LENGTH = Ascii.bytes("content-length");
    private static final byte[] UPGRADE = Ascii.bytes("upgrade");
    private static final byte[] CONNECTION = Ascii.bytes("connection");
    private static final byte[] WEBSOCKET = Ascii.bytes("websocket");
    private static final byte[] SEC_WEBSOCKET_KEY = Ascii.bytes("sec-websocket-key");
    private static final byte[] GET = Ascii.bytes("GET");
    private static final byte[] VERSION = Ascii.bytes(" HTTP/2.0\r\n");

    /** What HAProxy keeps beside each field and each message. */
    private static final int BLOCK = 8;

    private static final int START_LINE = 20;

    private final byte[] text;
    private final byte[] cookies;
    private final int maxFields;
    private final int[] starts = new int[PSEUDOS];
    private final int[] ends = new int[PSEUDOS];

    private Request request = new Request();
    private byte[] bytes = new byte[0];
    private int limit;
    private int at;
    private int textEnd;
    private int cookiesEnd;
    private int fields;
    private boolean lineWritten;
    private boolean malformed;
    private boolean bad;
    private boolean hostSeen;
    private boolean endStream;
    private long contentLength;
    private int lengthIndex;
    private int webSocketKey;
    private int countedLine;
    private boolean tunnels;

    /** @param maxFields {@code tune.http.maxhdr}; HTTP/2 lets twice as many pass, as HAProxy does */
    RequestFields(int bufferSize, int maxFields) {
        text = new byte[bufferSize];
        cookies = new byte[bufferSize];
        this.maxFields = 2 * maxFields;
    }

    boolean fits(Tuning tuning) {
        return text.length == tuning.bufferSize() && maxFields == 2 * tuning.maxFields();
    }

    /**
     * Begins a request.
     *
     * @param reserve bytes of the buffer kept for edits
     */
    void begin(Request request, HeadBuffer buffer, int reserve, boolean endStream) {
        offered = 0;
        this.request = request;
        this.endStream = endStream;
        bytes = buffer.bytes();
        limit = bytes.length - reserve;
        request.headers().begin(buffer, bytes.length);
        at = 0;
        textEnd = 0;
        cookiesEnd = 0;
        fields = 0;
        lineWritten = false;
        malformed = false;
        bad = false;
        hostSeen = false;
        contentLength = -1;
        lengthIndex = -1;
        webSocketKey = -1;
        tunnels = false;
        for (int i = 0; i < PSEUDOS; i++) {
            starts[i] = -1;
        }
    }

    @Override
    public void field(byte[] nameBytes, int nameStart, int nameEnd, byte[] valueBytes, int valueStart, int valueEnd) {
        offered += nameEnd - nameStart + valueEnd - valueStart;
        if (malformed) {
            return; // the rest is decoded for its effect on the table alone
        }
        malformed = ++fields > maxFields
                || !FieldRules.isValue(valueBytes, valueStart, valueEnd)
                || !(nameBytes[nameStart] == ':'
                        ? pseudo(nameBytes, nameStart, nameEnd, valueBytes, valueStart, valueEnd)
                        : regular(nameBytes, nameStart, nameEnd, valueBytes, valueStart, valueEnd));
    }

    private boolean pseudo(byte[] nameBytes, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
        if (lineWritten) {
            return false;
        }
        for (int i = 0; i < PSEUDOS; i++) {
            if (FieldRules.is(nameBytes, nameStart, nameEnd, PSEUDO_NAMES[i])) {
                int length = valueEnd - valueStart;
                if (starts[i] >= 0 || textEnd + length > text.length) {
                    return false;
                }
                starts[i] = textEnd;
                System.arraycopy(value, valueStart, text, textEnd, length);
                textEnd += length;
                ends[i] = textEnd;
                return true;
            }
        }
        return false;
    }

    private boolean has(int pseudo) {
        return starts[pseudo] >= 0;
    }

    private int length(int pseudo) {
        return ends[pseudo] - starts[pseudo];
    }

    private boolean regular(byte[] nameBytes, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
        if (!lineWritten && !line()) {
            return false;
        }
        int length = nameEnd - nameStart;
        if (!FieldRules.isName(nameBytes, nameStart, nameEnd) || FieldRules.isOfHop(nameBytes, nameStart, nameEnd)) {
            return false;
        }
        switch (length) {
            case 2 -> {
                if (FieldRules.is(nameBytes, nameStart, nameEnd, TE)
                        && !Ascii.isIgnoreCase(value, valueStart, valueEnd, TRAILERS)) {
                    return false;
                }
            }
            case 4 -> {
                if (FieldRules.is(nameBytes, nameStart, nameEnd, HOST)) {
                    if (hostSeen) {
                        return true; // the authority, or the first one, counts
                    }
                    hostSeen = true;
                }
            }
            case 6 -> {
                if (FieldRules.is(nameBytes, nameStart, nameEnd, COOKIE)) {
                    return cookie(value, valueStart, valueEnd);
                }
            }
            case 14 -> {
                if (FieldRules.is(nameBytes, nameStart, nameEnd, CONTENT_LENGTH)) {
                    return contentLength(value, valueStart, valueEnd);
                }
            }
            case 17 -> {
                if (tunnels && FieldRules.is(nameBytes, nameStart, nameEnd, SEC_WEBSOCKET_KEY)) {
                    return true; // ours is sent
                }
            }
            default -> {}
        }
        return put(nameBytes, nameStart, nameEnd, value, valueStart, valueEnd);
    }

    /** Writes a field as HTTP/1 would, so that it can go on as it lies there. */
    private boolean put(byte[] nameBytes, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
        if (at + nameEnd - nameStart + valueEnd - valueStart + Headers.PUNCTUATION > limit) {
            return false;
        }
        at = request.headers().receive(at, nameBytes, nameStart, nameEnd, value, valueStart, valueEnd);
        return true;
    }

    private boolean put(byte[] name, byte[] value) {
        return put(name, 0, name.length, value, 0, value.length);
    }

    /** Crumbs are joined (section 8.2.3) and stand behind all other fields. */
    private boolean cookie(byte[] value, int start, int end) {
        int separator = cookiesEnd > 0 ? 2 : 0;
        if (cookiesEnd + separator + end - start > cookies.length) {
            return false;
        }
        if (separator > 0) {
            cookies[cookiesEnd++] = ';';
            cookies[cookiesEnd++] = ' ';
        }
        System.arraycopy(value, start, cookies, cookiesEnd, end - start);
        cookiesEnd += end - start;
        return true;
    }

    /** One number, or the same several times. */
    private boolean contentLength(byte[] value, int start, int end) {
        long number = FieldList.number(value, start, end);
        if (number < 0 || (contentLength >= 0 && contentLength != number)) {
            return false;
        }
        if (contentLength >= 0) {
            return true; // the same once more
        }
        contentLength = number;
        lengthIndex = request.headers().count();
        return put(CONTENT_LENGTH, 0, CONTENT_LENGTH.length, value, start, FieldList.firstEnd(value, start, end));
    }

    /** All pseudo-header fields are known: checks them and writes the request line and Host. */
    private boolean line() {
        lineWritten = true;
        if (!has(METHOD) || length(METHOD) == 0) {
            return false;
        }
        boolean connect = FieldRules.is(text, starts[METHOD], ends[METHOD], PSEUDO_CONNECT);
        tunnels = connect && has(PROTOCOL);
        if (connect && !tunnels) {
            if (has(SCHEME) || has(PATH) || !has(AUTHORITY)) {
                return false;
            }
        } else if (!has(SCHEME) || !has(PATH) || !isPath() || (tunnels && !has(AUTHORITY))) {
            return false;
        }
        for (int i = starts[METHOD]; i < ends[METHOD]; i++) {
            bad |= !FieldRules.isNameByte(text[i]) && !(text[i] >= 'A' && text[i] <= 'Z');
        }
        int host = starts[AUTHORITY];
        int hostEnd = has(AUTHORITY) ? withoutImpliedPort() : -1;
        // method, blanks, target, version, and Host once more: scheme and authority may be left out of this sum
        int most = textEnd + length(METHOD) + (has(AUTHORITY) ? 2 * length(AUTHORITY) : 0) + 40;
        if (most > limit) {
            return false;
        }
        int methodStart = 0;
        int methodEnd = tunnels ? write(GET, 0, GET.length) : write(text, starts[METHOD], ends[METHOD]);
        bytes[at++] = ' ';
        int uri = at;
        if (connect && !tunnels) {
            writeTarget(text, starts[AUTHORITY], ends[AUTHORITY]);
        } else {
            boolean absolute = has(AUTHORITY);
            if (absolute) {
                bad |= !isScheme();
                writeTarget(text, starts[SCHEME], ends[SCHEME]);
                bytes[at++] = ':';
                bytes[at++] = '/';
                bytes[at++] = '/';
                writeTarget(text, host, hostEnd);
            }
            boolean star = length(PATH) == 1 && text[starts[PATH]] == '*';
            if (!absolute || !star) {
                writeTarget(text, starts[PATH], ends[PATH]);
            }
        }
        int uriEnd = at;
        int lineEnd = write(VERSION, 0, VERSION.length) - 2;
        request.startLine(methodStart, methodEnd, uri, uriEnd, 1);
        request.line(methodStart, lineEnd);
        request.asHttp2(has(AUTHORITY) && (tunnels || !connect) && isHttpScheme());
        countedLine = methodEnd + uriEnd - uri + 8;
        if (host >= 0) {
            hostSeen = true;
            return put(HOST, 0, HOST.length, text, host, hostEnd);
        }
        return true;
    }

    private static final byte[] PSEUDO_CONNECT = Ascii.bytes("CONNECT");
    private static final byte[] HTTP = Ascii.bytes("http");
    private static final byte[] HTTPS = Ascii.bytes("https");

    private int write(byte[] from, int start, int end) {
        System.arraycopy(from, start, bytes, at, end - start);
        at += end - start;
        return at;
    }

    private void writeTarget(byte[] from, int start, int end) {
        for (int i = start; i < end; i++) {
            byte b = from[i];
            bad |= (b >= 0 && b <= ' ') || b == 0x7f;
            bytes[at++] = b;
        }
    }

    private boolean isHttpScheme() {
        return Ascii.isIgnoreCase(text, starts[SCHEME], ends[SCHEME], HTTP)
                || Ascii.isIgnoreCase(text, starts[SCHEME], ends[SCHEME], HTTPS);
    }

    private boolean isScheme() {
        for (int i = starts[SCHEME]; i < ends[SCHEME]; i++) {
            byte b = text[i];
            boolean good = (b >= 'a' && b <= 'z')
                    || (b >= 'A' && b <= 'Z')
                    || (b >= '0' && b <= '9')
                    || b == '+'
                    || b == '-'
                    || b == '.';
            if (!good) {
                return false;
            }
        }
        return length(SCHEME) > 0;
    }

    /** {@code /…} without controls, blanks and fragment, or {@code *}. */
    private boolean isPath() {
        int start = starts[PATH];
        int end = ends[PATH];
        if (start == end || (text[start] != '/' && !(text[start] == '*' && end - start == 1))) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if ((text[i] >= 0 && text[i] <= ' ') || text[i] == '#') {
                return false;
            }
        }
        return true;
    }

    /** Where the authority ends if a port that the scheme implies is left out. */
    private int withoutImpliedPort() {
        int start = starts[AUTHORITY];
        int end = ends[AUTHORITY];
        if (!has(SCHEME)) {
            return end;
        }
        int i = end;
        int port = 0;
        int factor = 1;
        while (i > start && text[i - 1] >= '0' && text[i - 1] <= '9' && end - i < 6) {
            port += (text[--i] - '0') * factor;
            factor *= 10;
        }
        if (i == start || text[i - 1] != ':') {
            return end;
        }
        boolean http = Ascii.isIgnoreCase(text, starts[SCHEME], ends[SCHEME], HTTP);
        boolean https = Ascii.isIgnoreCase(text, starts[SCHEME], ends[SCHEME], HTTPS);
        boolean implied = (http && (i == end || port == 80)) || (https && (i == end || port == 443));
        return implied ? i - 1 : end;
    }

    /** Whether the list is so much longer than a head may be that only an attacker sends it. */
    boolean isBomb() {
        return offered > BOMB * limit;
    }

    private static final long BOMB = 8;

    /** Bytes of all fields of the list, taken up or not. */
    private long offered;

    /** The block is over. */
    Outcome finish() {
        if (!malformed && !lineWritten) {
            malformed = !line();
        }
        if (malformed) {
            return Outcome.MALFORMED;
        }
        boolean connect = request.method() == Method.CONNECT;
        if (cookiesEnd > 0 && !put(COOKIE, 0, COOKIE.length, cookies, 0, cookiesEnd)) {
            return Outcome.MALFORMED;
        }
        if (tunnels && !upgrade()) {
            return Outcome.MALFORMED;
        }
        if (endStream && contentLength > 0) {
            request.headers().remove(lengthIndex);
        }
        Framing framing =
                endStream || connect || tunnels ? Framing.NONE : contentLength >= 0 ? Framing.LENGTH : Framing.CHUNKED;
        request.body(framing, framing == Framing.LENGTH ? contentLength : -1);
        request.connection(true, tunnels, webSocketKey);
        request.headers().headEnd(at);
        int counted = START_LINE + countedLine + 1;
        int weight = counted + 2 * BLOCK;
        Headers h = request.headers();
        for (int i = 0; i < h.count(); i++) {
            if (h.isLive(i)) {
                int size = h.nameEnd(i) - h.nameStart(i) + h.valueEnd(i) - h.valueStart(i);
                counted += size;
                weight += size + BLOCK;
            }
        }
        request.countedSize(counted);
        return bad || weight > limit ? (bad ? Outcome.BAD : Outcome.MALFORMED) : Outcome.GOOD;
    }

    /** Extended CONNECT (RFC 8441) is HTTP/1's upgrade, its key made here. */
    private boolean upgrade() {
        if (!put(UPGRADE, 0, UPGRADE.length, text, starts[PROTOCOL], ends[PROTOCOL]) || !put(CONNECTION, UPGRADE)) {
            return false;
        }
        if (!FieldRules.is(text, starts[PROTOCOL], ends[PROTOCOL], WEBSOCKET)) {
            return true;
        }
        byte[] key = new byte[16];
        ThreadLocalRandom.current().nextBytes(key);
        webSocketKey = request.headers().count();
        return put(SEC_WEBSOCKET_KEY, Base64.getEncoder().encode(key));
    }
}
