// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.http.h2;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.http.ResponseListener;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.frontend.http.FieldList;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.frontend.http.Upgrade;
import io.tandem.node.frontend.http.h2.FieldRules;
import io.tandem.node.frontend.http.h2.HpackEncoder;
import io.tandem.node.frontend.http.h2.StreamBase;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.loop.Tuning;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One exchange on a connection to a server in HTTP/2. */
final class ServerStreamOfH2 extends StreamBase implements ServerStream {
    private static final byte[] HOST = "host".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TE = "te".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRAILERS = "trailers".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONNECT = "CONNECT".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ROOT = {'/'};
    private static final byte[] STAR = {'*'};
    private static final int CANCEL = 8;
    private static final int REFUSED_STREAM = 7;
    private static final int PROTOCOL_ERROR = 1;

    private final ServerEndpoint connection;
    private final Loop loop;
    private final Tuning tuning;
    private final ResponseListener listener;
    private final Response response;
    private final Trailers trailers = new Trailers();
    private final Timer timer;

    private @Nullable HeadBuffer buffer;
    /** What an extended CONNECT asks for (RFC 8441); null for other requests. */
    private byte @Nullable [] protocol;
    /** What the key of the WebSocket asked for is answered with, or null. */
    private byte @Nullable [] proof;
    /** The request, while it waits for the server's settings. */
    private @Nullable Request unsent;

    private Method method = Method.OTHER;
    private long remaining = -1;
    private boolean inBody;
    private boolean tunnel;
    private boolean over;
    private boolean touched;

    ServerStreamOfH2(
            ServerEndpoint connection, Loop loop, Tuning tuning, ResponseListener listener, Response response) {
        super(connection);
        this.connection = connection;
        this.loop = loop;
        this.tuning = tuning;
        this.listener = listener;
        this.response = response;
        timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                listener.onServerTimeout();
            }
        };
    }

    // ---- the request

    @Override
    public void head(Request request, boolean keepAlive) {
        method = request.method();
        int upgrade = Upgrade.extendedConnect(request);
        if (upgrade >= 0) {
            Headers fields = request.headers();
            protocol = Arrays.copyOfRange(fields.bytes(), fields.valueStart(upgrade), fields.valueEnd(upgrade));
            int key = request.webSocketKeyIndex();
            proof = key < 0 ? null : Upgrade.answerTo(fields.bytes(), fields.valueStart(key), fields.valueEnd(key));
            if (!connection.takesExtendedConnect(this)) {
                unsent = request; // until the server has said whether it takes it
                return;
            }
        }
        send(request);
    }

    /** The server has said whether it takes an extended CONNECT: the request goes on, or has failed. */
    void onExtendedConnectKnown(boolean taken) {
        Request waiting = unsent;
        if (waiting == null || over) {
            return;
        }
        if (taken) {
            unsent = null;
            send(waiting);
        } else {
            connection.forget(this);
            onConnectionClosed();
        }
    }

    private void send(Request request) {
        byte[] asked = protocol;
        boolean end = request.framing() == Framing.NONE && method != Method.CONNECT && asked == null;
        ByteBuf out = connection.beginHead(this, end);
        byte[] bytes = request.bytes();
        Headers headers = request.headers();
        int host = headers.find(HOST, 0);
        if (asked == null) {
            HpackEncoder.method(out, bytes, request.methodStart(), request.methodEnd());
        } else {
            HpackEncoder.method(out, CONNECT, 0, CONNECT.length);
            HpackEncoder.protocol(out, asked, 0, asked.length);
        }
        if (method == Method.CONNECT) {
            HpackEncoder.authority(out, bytes, request.uriStart(), request.uriEnd());
        } else {
            HpackEncoder.scheme(out, isSecure(request));
            if (host >= 0) {
                HpackEncoder.authority(out, headers.bytes(), headers.valueStart(host), headers.valueEnd(host));
            }
            int path = request.pathStart();
            if (path < request.uriEnd()) {
                HpackEncoder.path(out, bytes, path, request.uriEnd());
            } else {
                byte[] whole = method == Method.OPTIONS ? STAR : ROOT;
                HpackEncoder.path(out, whole, 0, 1);
            }
        }
        fields(out, headers, asked == null ? -1 : request.webSocketKeyIndex());
        connection.endHead(this, out, end);
    }

    private boolean isSecure(Request request) {
        byte[] bytes = request.bytes();
        int start = request.uriStart();
        return connection.isSecure()
                || (request.uriEnd() - start > 5 && bytes[start] == 'h' && bytes[start + 4] == 's');
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

    private static final byte[] TE_TRAILERS = "tetrailers".getBytes(StandardCharsets.US_ASCII);

    @Override
    public void body(ByteBuf in, int length) {
        if (id() != 0) {
            sendData(in, length);
        }
    }

    @Override
    public void end(@Nullable Trailers last) {
        if (id() != 0 && method != Method.CONNECT && protocol == null) {
            sendEnd(last);
        }
    }

    @Override
    public void flush() {
        // what has been written leaves at the end of the loop's turn
    }

    @Override
    public boolean isWritable() {
        return id() == 0 || canSend();
    }

    @Override
    public void reading(boolean on) {
        if (id() != 0) {
            receiving(on);
        }
    }

    @Override
    public void expect(int timeoutMs) {
        timer.start(timeoutMs);
    }

    @Override
    protected void onWritable() {
        if (!over) {
            listener.onServerWritabilityChanged(true);
        }
    }

    @Override
    protected void onProgress() {
        // the server's time counts from the request's end
    }

    @Override
    protected void onConnectionWritable(boolean writable) {
        if (!over) {
            listener.onServerWritabilityChanged(writable);
        }
    }

    // ---- the response

    void onHeaders(ResponseFields fields, byte[] block, int from, int to, boolean endStream) {
        touch();
        if (inBody) {
            trailers(fields, block, from, to, endStream);
            return;
        }
        HeadBuffer head = buffer;
        if (head == null) {
            head = HeadBuffer.take(loop, tuning.bufferSize());
            buffer = head;
        }
        byte[] asked = protocol;
        fields.begin(response, head, asked == null ? -1 : asked.length);
        if (!connection.decodeFor(block, from, to)) {
            return;
        }
        boolean whole = fields.finish();
        boolean interim = whole && response.status() < 200;
        if (!whole || (interim && endStream)) {
            malformed();
            return;
        }
        if (interim) {
            response.body(Framing.NONE, -1, fields.countedSize(), -1);
            response.asHttp2();
            listener.onInterim();
            return;
        }
        ends = endStream;
        if (asked != null ? response.status() == 200 : method == Method.CONNECT && response.status() / 100 == 2) {
            open(fields, asked, endStream);
            return;
        }
        boolean bodyless = endStream || method == Method.HEAD || response.status() == 204 || response.status() == 304;
        long length = fields.contentLength();
        Framing framing = bodyless ? Framing.NONE : length >= 0 ? Framing.LENGTH : Framing.CHUNKED;
        if (endStream && length > 0 && method != Method.HEAD && response.status() != 304) {
            malformed();
            return;
        }
        remaining = framing == Framing.LENGTH ? length : -1;
        response.body(framing, framing == Framing.LENGTH ? length : -1, fields.countedSize(), -1);
        response.asHttp2();
        if (listener.onResponse(null, 0) == ResponseListener.Fate.REFUSED) {
            return;
        }
        inBody = true;
        if (endStream) {
            markRemoteEnded();
            listener.onResponseEnd(null, false);
        }
    }

    /** The response opens a tunnel; its last bytes may have come with it. */
    private void open(ResponseFields fields, byte @Nullable [] asked, boolean endStream) {
        int counted = fields.countedSize();
        response.body(Framing.NONE, -1, counted, asked == null ? -1 : fields.upgraded(asked, proof));
        response.asHttp2();
        if (listener.onResponse(null, 0) == ResponseListener.Fate.REFUSED) {
            return;
        }
        inBody = true;
        if (endStream) {
            markRemoteEnded();
        }
        listener.onResponseEnd(null, false);
        if (endStream && !over) {
            listener.onServerHalfClosed();
        }
    }

    private boolean ends;

    private void trailers(ResponseFields fields, byte[] block, int from, int to, boolean endStream) {
        fields.begin(trailers);
        if (!connection.decodeFor(block, from, to)) {
            return;
        }
        if (!endStream || fields.areTrailersMalformed() || remaining > 0) {
            malformed();
            return;
        }
        markRemoteEnded();
        listener.onResponseEnd(trailers, false);
    }

    @Override
    protected boolean onData(ByteBuf in, int length) {
        touch();
        if (tunnel) {
            listener.onTunnelBytes(in.slice(in.readerIndex(), length));
            return id() != 0;
        }
        if (!inBody || ends || response.framing() == Framing.NONE || (remaining >= 0 && length > remaining)) {
            malformed();
            return false;
        }
        if (remaining >= 0) {
            remaining -= length;
        }
        listener.onResponseBody(in, length, 0, false);
        return id() != 0;
    }

    @Override
    protected void onDataFlush() {
        // the exchange flushes when the connection has been read
    }

    @Override
    protected void onEnd() {
        if (tunnel) {
            listener.onServerHalfClosed();
        } else if (!inBody || remaining > 0) {
            malformed();
        } else {
            listener.onResponseEnd(response.framing() == Framing.CHUNKED ? trailers : null, false);
        }
    }

    private void touch() {
        if (!touched) {
            touched = true;
            connection.onTouched(this);
        }
    }

    private void malformed() {
        connection.reset(this, PROTOCOL_ERROR);
        if (!over) {
            listener.onMalformed();
        }
    }

    void onReadComplete() {
        if (touched) {
            touched = false;
            if (!over) {
                listener.onServerReadComplete();
            }
        }
    }

    @Override
    protected void onReset(int code) {
        if (over) {
            return;
        }
        if (code == REFUSED_STREAM) {
            onRefused();
        } else {
            onConnectionClosed();
        }
    }

    /** The server has not looked at the request (RFC 9113 section 8.7). */
    void onRefused() {
        if (!over) {
            over = true;
            timer.dispose();
            listener.onServerRefused();
        }
    }

    void onConnectionClosed() {
        if (!over) {
            over = true;
            timer.dispose();
            listener.onServerClosed(false);
        }
    }

    void onConnectionKilled(char who) {
        if (!over) {
            listener.onServerKilled(who);
        }
    }

    @Override
    public boolean hasBegun() {
        return inBody;
    }

    @Override
    public boolean isReused() {
        return unsent == null && connection.isReused(); // what was never sent has not failed for the connection's age
    }

    // ---- tunnels

    @Override
    public void becomeTunnel() {
        tunnel = true;
    }

    @Override
    public void tunnel(ByteBuf in) {
        if (id() != 0) {
            sendData(in, in.readableBytes());
        }
    }

    @Override
    public void shutdownOutput() {
        if (id() != 0) {
            sendEnd(null);
        }
    }

    // ---- how it ends

    @Override
    public @Nullable ServerConnection release(boolean reusable) {
        finish();
        return null;
    }

    @Override
    public void close() {
        finish();
    }

    private void finish() {
        over = true;
        timer.dispose();
        if (id() != 0) {
            if (unsent != null || (hasLocalEnded() && hasRemoteEnded())) {
                connection.forget(this);
            } else {
                connection.reset(this, CANCEL);
            }
        }
    }

    /** Lets go of the response's bytes. */
    @Override
    public void clear() {
        HeadBuffer head = buffer;
        if (head != null) {
            buffer = null;
            head.release(loop);
        }
    }
}
