// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.http.h2;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.http.ResponseListener;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Headers;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.frontend.http.Upgrade;
import io.tandem.node.frontend.http.h2.Frames;
import io.tandem.node.frontend.http.h2.StreamBase;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.loop.Tuning;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One exchange on a connection to a server in HTTP/2. Reused by its connection for another one, once both the server and the
 * exchange are done with it.
 */
final class ServerStreamOfH2 extends StreamBase implements ServerStream {
    /** How long a response that is complete may be without END_STREAM before its stream is reset. */
    private static final int LINGER_MS = 1000;

    private final ServerEndpoint connection;
    private final Loop loop;
    private final Tuning tuning;
    private final Trailers trailers = new Trailers();
    private final Timer timer;

    private ResponseListener listener;
    private Response response;
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
    /** Whether all of the response has come, END_STREAM or not. */
    private boolean whole;

    private boolean tunnel;
    /** Whether the listener hears nothing more. */
    private boolean over;
    /** Whether the exchange has let go of the response's bytes. */
    private boolean cleared;
    /** Whether it wants to hear when all of this event has been read. */
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
                timeout();
            }
        };
    }

    /** Begins another exchange. */
    void begin(ResponseListener listener, Response response) {
        this.listener = listener;
        this.response = response;
        protocol = null;
        proof = null;
        unsent = null;
        method = Method.OTHER;
        remaining = -1;
        inBody = false;
        whole = false;
        tunnel = false;
        over = false;
        cleared = false;
        trailers.clear();
    }

    private void timeout() {
        if (over) {
            connection.reset(this, Frames.CANCEL);
            recycleIfDone();
        } else {
            listener.onServerTimeout();
        }
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
        RequestBlock.write(out, request, asked, connection.isSecure());
        connection.endHead(this, out, end);
    }

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
        if (over || whole) {
            skip(fields, block, from, to, endStream);
            return;
        }
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
        boolean good = fields.finish();
        boolean interim = good && response.status() < 200;
        if (!good || (interim && endStream)) {
            malformed();
            return;
        }
        if (interim) {
            response.body(Framing.NONE, -1, fields.countedSize(), -1);
            response.asHttp2();
            listener.onInterim();
            return;
        }
        if (asked != null ? response.status() == 200 : method == Method.CONNECT && response.status() / 100 == 2) {
            open(fields, asked, endStream);
        } else {
            finalHead(fields, endStream);
        }
    }

    private void finalHead(ResponseFields fields, boolean endStream) {
        int status = response.status();
        long length = fields.contentLength();
        boolean mayHaveBody = method != Method.HEAD && status != 304;
        if (endStream && length > 0 && mayHaveBody) {
            malformed();
            return;
        }
        boolean bodyless = !mayHaveBody || status == 204 || length == 0;
        Framing framing = bodyless ? Framing.NONE : length > 0 ? Framing.LENGTH : Framing.CHUNKED;
        remaining = framing == Framing.LENGTH ? length : -1;
        response.body(framing, remaining, fields.countedSize(), -1);
        response.asHttp2();
        if (listener.onResponse(null, 0) == ResponseListener.Fate.REFUSED) {
            return;
        }
        inBody = true;
        if (endStream) {
            markRemoteEnded();
        }
        if (bodyless || endStream) { // without a body nothing more can come that matters, END_STREAM or not
            complete(framing == Framing.CHUNKED ? trailers : null);
        }
    }

    /** The response is complete. */
    private void complete(@Nullable Trailers last) {
        whole = true;
        listener.onResponseEnd(last, false);
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

    /** Fields behind a response that is complete already: they are decoded for their effect on the table alone. */
    private void skip(ResponseFields fields, byte[] block, int from, int to, boolean endStream) {
        fields.skip();
        if (connection.decodeFor(block, from, to) && endStream) {
            markRemoteEnded();
            forgetIfOver();
        }
    }

    private void trailers(ResponseFields fields, byte[] block, int from, int to, boolean endStream) {
        fields.begin(trailers);
        if (!connection.decodeFor(block, from, to)) {
            return;
        }
        if (!endStream || fields.areTrailersMalformed() || remaining > 0) {
            broken();
            return;
        }
        markRemoteEnded();
        complete(trailers);
    }

    @Override
    protected boolean onData(ByteBuf in, int length) {
        if (over || whole) { // what belongs to no response
            broken();
            return false;
        }
        touch();
        if (tunnel) {
            listener.onTunnelBytes(in.slice(in.readerIndex(), length));
            return id() != 0;
        }
        if (!inBody) {
            malformed();
            return false;
        }
        if (remaining >= 0 && length > remaining) {
            broken();
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
        if (over || whole) {
            forgetIfOver();
        } else if (tunnel) {
            listener.onServerHalfClosed();
        } else if (!inBody) {
            malformed();
        } else if (remaining > 0) {
            broken();
        } else {
            complete(response.framing() == Framing.CHUNKED ? trailers : null);
        }
    }

    /** The server has said its last, which nobody waits for any more. */
    private void forgetIfOver() {
        if (over && id() != 0) {
            timer.stop();
            connection.forget(this);
            recycleIfDone();
        }
    }

    private void touch() {
        if (!touched) {
            touched = true;
            connection.onTouched(this);
        }
    }

    /** The body is not what its head has promised: the client gets what there is of it, as with HAProxy. */
    private void broken() {
        connection.reset(this, Frames.PROTOCOL_ERROR);
        onConnectionClosed();
    }

    /** There is no head, or none that can be read. */
    private void malformed() {
        connection.reset(this, Frames.PROTOCOL_ERROR);
        if (!over) {
            listener.onMalformed();
        }
    }

    void onReadComplete() {
        if (touched) {
            touched = false;
            if (over) {
                recycleIfDone();
            } else {
                listener.onServerReadComplete();
            }
        }
    }

    @Override
    protected void onReset(int code) {
        if (code == Frames.REFUSED_STREAM) {
            onRefused();
        } else {
            onConnectionClosed();
        }
    }

    /** The server has not looked at the request (RFC 9113 section 8.7). */
    void onRefused() {
        if (ends()) {
            listener.onServerRefused();
        }
    }

    void onConnectionClosed() {
        if (ends()) {
            listener.onServerClosed(false);
        }
    }

    void onConnectionKilled(char who) {
        if (ends()) {
            listener.onServerKilled(who);
        }
    }

    /** It ends by itself; whether the listener is to hear of it. */
    private boolean ends() {
        boolean heard = !over;
        over = true;
        timer.stop();
        if (!heard) {
            recycleIfDone();
        }
        return heard;
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
        timer.stop();
        if (id() == 0) {
            return;
        }
        if (unsent != null || (hasLocalEnded() && hasRemoteEnded())) {
            connection.forget(this);
        } else if (whole && hasLocalEnded()) {
            timer.start(LINGER_MS); // its END_STREAM will come: resets for nothing are what servers count against us
        } else {
            connection.reset(this, Frames.CANCEL);
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
        cleared = true;
        recycleIfDone();
    }

    @SuppressWarnings("NullAway") // nobody calls it until it begins again
    private void recycleIfDone() {
        if (over && cleared && id() == 0 && !touched) {
            cleared = false; // once
            listener = null;
            response = null;
            unsent = null;
            connection.recycle(this);
        }
    }

    /** It is not used again. */
    void dispose() {
        timer.dispose();
    }
}
