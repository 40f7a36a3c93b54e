// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.http.h2;

import io.tandem.node.frontend.http.Ascii;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.frontend.http.h2.FieldRules;
import io.tandem.node.frontend.http.h2.HpackDecoder;
import io.tandem.node.frontend.http.h2.TrailerFields;
import io.tandem.node.loop.Tuning;
import org.jspecify.annotations.Nullable;

/** Makes a {@link Response}, or trailers, out of a decoded header block (RFC 9113 section 8.3.2). One per connection. */
final class ResponseFields implements HpackDecoder.Sink {
    private enum Target {
        RESPONSE,
        TRAILERS,
        NOTHING
    }

    private static final byte[] STATUS = Ascii.bytes(":status");
    private static final byte[] CONTENT_LENGTH = Ascii.bytes("content-length");
    private static final byte[] CONNECTION = Ascii.bytes("connection");
    private static final byte[] UPGRADE = Ascii.bytes("upgrade");
    private static final byte[] SEC_WEBSOCKET_ACCEPT = Ascii.bytes("sec-websocket-accept");
    /** What {@link #upgraded} needs beside the protocol's name: three names, "upgrade", the proof, and their ends. */
    private static final int UPGRADE_ROOM = 10 + 7 + 20 + 7 + 28 + 3 * 4;
    /** What HAProxy counts for a status line: its own 20, version and status. */
    private static final int STATUS_LINE = 20 + 8 + 3 + 1;

    private final Tuning tuning;
    private final TrailerFields trailerFields;
    private Target target = Target.NOTHING;
    private Response response = new Response();
    private int limit;
    private int at;
    private int status;
    private int counted;
    private int fields;
    private long contentLength;
    private boolean regularSeen;
    private boolean malformed;

    ResponseFields(Tuning tuning) {
        this.tuning = tuning;
        trailerFields = new TrailerFields(tuning.bufferSize() - tuning.maxRewrite());
    }

    /** @param protocol how long the name of the protocol asked for is; -1 where there is none */
    void begin(Response response, HeadBuffer buffer, int protocol) {
        target = Target.RESPONSE;
        this.response = response;
        int size = buffer.bytes().length;
        limit = size - tuning.maxRewrite() - (protocol < 0 ? 0 : UPGRADE_ROOM + protocol);
        response.headers().begin(buffer, size);
        at = 0;
        status = 0;
        counted = STATUS_LINE;
        fields = 0;
        contentLength = -1;
        regularSeen = false;
        malformed = false;
    }

    void begin(Trailers trailers) {
        target = Target.TRAILERS;
        trailerFields.begin(trailers);
    }

    /** The next block is decoded for its effect on the table alone. */
    void skip() {
        target = Target.NOTHING;
    }

    @Override
    public void field(byte[] nameBytes, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
        if (target == Target.TRAILERS) {
            trailerFields.field(nameBytes, nameStart, nameEnd, value, valueStart, valueEnd);
        } else if (target == Target.RESPONSE && !malformed) {
            malformed = !FieldRules.isValue(value, valueStart, valueEnd)
                    || ++fields > 2 * tuning.maxFields()
                    || !(nameBytes[nameStart] == ':'
                            ? status(nameBytes, nameStart, nameEnd, value, valueStart, valueEnd)
                            : regular(nameBytes, nameStart, nameEnd, value, valueStart, valueEnd));
        }
    }

    private boolean status(byte[] nameBytes, int nameStart, int nameEnd, byte[] value, int start, int end) {
        if (regularSeen || status != 0 || end - start != 3 || !FieldRules.is(nameBytes, nameStart, nameEnd, STATUS)) {
            return false;
        }
        for (int i = start; i < end; i++) {
            if (value[i] < '0' || value[i] > '9') {
                return false;
            }
            status = status * 10 + value[i] - '0';
        }
        return status >= 100 && status != 101; // section 8.6: there is no switching of protocols
    }

    private boolean regular(byte[] nameBytes, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
        regularSeen = true;
        int size = nameEnd - nameStart + valueEnd - valueStart;
        if (!FieldRules.isName(nameBytes, nameStart, nameEnd)
                || FieldRules.isOfHop(nameBytes, nameStart, nameEnd)
                || at + size + Headers.PUNCTUATION > limit) {
            return false;
        }
        if (FieldRules.is(nameBytes, nameStart, nameEnd, CONTENT_LENGTH)) {
            long length = FieldList.number(value, valueStart, valueEnd);
            if (length < 0 || (contentLength >= 0 && contentLength != length)) {
                return false;
            }
            if (contentLength >= 0) {
                return true; // the same once more
            }
            contentLength = length;
            put(nameBytes, nameStart, nameEnd, value, valueStart, FieldList.firstEnd(value, valueStart, valueEnd));
            counted += size;
            return true;
        }
        put(nameBytes, nameStart, nameEnd, value, valueStart, valueEnd);
        counted += size;
        return true;
    }

    private void put(byte[] nameBytes, int nameStart, int nameEnd, byte[] value, int valueStart, int valueEnd) {
        at = response.headers().receive(at, nameBytes, nameStart, nameEnd, value, valueStart, valueEnd);
    }

    /**
     * The response opens the tunnel that an extended CONNECT asked for: it becomes HTTP/1's 101 (RFC 8441 section 5).
     *
     * @param protocol what was asked for
     * @param proof what the key of a WebSocket is answered with, or null
     * @return the index of that answer, or -1
     */
    int upgraded(byte[] protocol, byte @Nullable [] proof) {
        Headers headers = response.headers();
        headers.removeAll(CONTENT_LENGTH);
        headers.removeAll(SEC_WEBSOCKET_ACCEPT);
        contentLength = -1;
        put(CONNECTION, 0, CONNECTION.length, UPGRADE, 0, UPGRADE.length);
        put(UPGRADE, 0, UPGRADE.length, protocol, 0, protocol.length);
        int index = -1;
        if (proof != null) {
            index = headers.count();
            put(SEC_WEBSOCKET_ACCEPT, 0, SEC_WEBSOCKET_ACCEPT.length, proof, 0, proof.length);
        }
        headers.headEnd(at);
        response.startLine(101, 0, 0, 1);
        return index;
    }

    /** The block of a head is over; whether it is a response. */
    boolean finish() {
        if (malformed || status == 0) {
            return false;
        }
        response.headers().headEnd(at);
        response.startLine(status, 0, 0, 1);
        return true;
    }

    boolean areTrailersMalformed() {
        return trailerFields.isMalformed();
    }

    long contentLength() {
        return contentLength;
    }

    int countedSize() {
        return counted;
    }
}
