// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.http.h2;

import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.frontend.http.Upgrade;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Tuning;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stream's response as far as it has come: what the next part of it is, and whether it may come now (RFC 9113 section 8.1). Asked
 * by its stream, which acts upon the answers; reused with it.
 */
final class IncomingResponse {
    /** What has come. */
    enum Part {
        /** A head with a status below 200. */
        INTERIM,
        /** The head, with a body behind it. */
        HEAD,
        /** The head, and nothing behind it that matters, END_STREAM or not. */
        HEAD_ALONE,
        /** A head that opens the tunnel which was asked for. */
        TUNNEL_HEAD,
        /** More of the body. */
        BODY,
        /** The last of the response. */
        END,
        /** What belongs to no response, or comes before its head. */
        MALFORMED,
        /** A body that is not what its head has promised. */
        BROKEN
    }

    private final Loop loop;
    private final Tuning tuning;
    private final Trailers trailers = new Trailers();
    private Response response;
    private @Nullable HeadBuffer buffer;
    private Method method = Method.OTHER;
    /** What an extended CONNECT asks for (RFC 8441); null for other requests. */
    private byte @Nullable [] protocol;
    /** What the key of the WebSocket asked for is answered with, or null. */
    private byte @Nullable [] proof;

    /** Bytes of the body that are still to come; -1 where nobody has said. */
    private long remaining = -1;

    private boolean inBody;
    private boolean trailersCame;
    private boolean whole;

    IncomingResponse(Loop loop, Tuning tuning, Response response) {
        this.loop = loop;
        this.tuning = tuning;
        this.response = response;
    }

    /** The next one goes into {@code response}. */
    void into(Response response) {
        this.response = response;
        method = Method.OTHER;
        protocol = null;
        proof = null;
        remaining = -1;
        inBody = false;
        trailersCame = false;
        whole = false;
        trailers.clear();
    }

    /** What it will be the response to. */
    void to(Request request) {
        method = request.method();
        int upgrade = Upgrade.extendedConnect(request);
        if (upgrade >= 0) {
            Headers asked = request.headers();
            protocol = Arrays.copyOfRange(asked.bytes(), asked.valueStart(upgrade), asked.valueEnd(upgrade));
            int key = request.webSocketKeyIndex();
            proof = key < 0 ? null : Upgrade.answerTo(asked.bytes(), asked.valueStart(key), asked.valueEnd(key));
        }
    }

    /** What the request asks for by an extended CONNECT, or null. */
    byte @Nullable [] protocol() {
        return protocol;
    }

    /** Whether the request opens a tunnel, or tries to. */
    boolean isToConnect() {
        return method == Method.CONNECT || protocol != null;
    }

    /** Whether all of it has come, END_STREAM or not. */
    boolean isWhole() {
        return whole;
    }

    /** Null where its end has none, and could have none. */
    @Nullable Trailers trailers() {
        return trailersCame || response.framing() == Framing.CHUNKED ? trailers : null;
    }

    /** The next header block is to be decoded into {@code fields}. */
    void beginBlock(ResponseFields fields) {
        if (inBody) {
            fields.begin(trailers);
            return;
        }
        HeadBuffer head = buffer;
        if (head == null) {
            head = HeadBuffer.take(loop, tuning.bufferSize());
            buffer = head;
        }
        byte[] asked = protocol;
        fields.begin(response, head, asked == null ? -1 : asked.length);
    }

    /** What the block was that has been decoded. */
    Part endBlock(ResponseFields fields, boolean endStream) {
        return inBody ? lastBlock(fields, endStream) : head(fields, endStream);
    }

    private Part head(ResponseFields fields, boolean endStream) {
        boolean good = fields.finish();
        int status = response.status();
        if (!good || (status < 200 && endStream)) {
            return Part.MALFORMED;
        }
        byte[] asked = protocol;
        if (status < 200) {
            describe(fields, Framing.NONE, -1);
            return Part.INTERIM;
        }
        if (asked != null ? status == 200 : method == Method.CONNECT && status / 100 == 2) {
            int counted = fields.countedSize();
            response.body(Framing.NONE, -1, counted, asked == null ? -1 : fields.upgraded(asked, proof));
            response.asHttp2();
            return Part.TUNNEL_HEAD;
        }
        long length = fields.contentLength();
        boolean mayHaveBody = method != Method.HEAD && status != 304;
        if (endStream && length > 0 && mayHaveBody) {
            return Part.MALFORMED;
        }
        boolean bodyless = !mayHaveBody || status == 204 || length == 0;
        Framing framing = bodyless ? Framing.NONE : length > 0 ? Framing.LENGTH : Framing.CHUNKED;
        remaining = framing == Framing.LENGTH ? length : -1;
        describe(fields, framing, remaining);
        return bodyless || endStream ? Part.HEAD_ALONE : Part.HEAD;
    }

    private void describe(ResponseFields fields, Framing framing, long length) {
        response.body(framing, length, fields.countedSize(), -1);
        response.asHttp2();
    }

    private Part lastBlock(ResponseFields fields, boolean endStream) {
        trailersCame = endStream && !fields.areTrailersMalformed() && remaining <= 0;
        return trailersCame ? Part.END : Part.BROKEN;
    }

    /** The head has been taken up: what comes next belongs to its body. */
    void beginBody() {
        inBody = true;
    }

    /** What {@code length} bytes of DATA are. */
    Part data(int length) {
        if (!inBody) {
            return Part.MALFORMED;
        }
        if (remaining >= 0) {
            if (length > remaining) {
                return Part.BROKEN;
            }
            remaining -= length;
        }
        return Part.BODY;
    }

    /** What END_STREAM behind DATA is. */
    Part end() {
        return !inBody ? Part.MALFORMED : remaining > 0 ? Part.BROKEN : Part.END;
    }

    /** All of it has come. */
    void complete() {
        whole = true;
    }

    /** Nobody waits for it any more. */
    @SuppressWarnings("NullAway") // nothing is asked until the next one
    void forget() {
        response = null;
    }

    /** Lets go of its bytes. */
    void clear() {
        HeadBuffer head = buffer;
        if (head != null) {
            buffer = null;
            head.release(loop);
        }
    }
}
