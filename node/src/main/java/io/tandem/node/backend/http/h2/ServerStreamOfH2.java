// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.http.h2;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.http.ResponseListener;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.frontend.http.h2.Frames;
import io.tandem.node.frontend.http.h2.StreamBase;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.loop.Tuning;
import org.jspecify.annotations.Nullable;

/**
 * One exchange on a connection to a server in HTTP/2. Reused by its connection for another one, once both the server and the
 * exchange are done with it.
 */
final class ServerStreamOfH2 extends StreamBase implements ServerStream {
    /** How long a response that is complete may be without END_STREAM before its stream is reset. */
    private static final int LINGER_MS = 1000;

    private final ServerEndpoint connection;
    private final IncomingResponse incoming;
    private final Timer timer;

    private ResponseListener listener;
    /** The request, while it waits for the server's settings. */
    private @Nullable Request unsent;

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
        this.listener = listener;
        incoming = new IncomingResponse(loop, tuning, response);
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
        incoming.into(response);
        unsent = null;
        tunnel = false;
        over = false;
        cleared = false;
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
        incoming.to(request);
        if (incoming.protocol() != null && !connection.takesExtendedConnect(this)) {
            unsent = request; // until the server has said whether it takes it
        } else {
            send(request);
        }
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
        boolean end = request.framing() == Framing.NONE && !incoming.isToConnect();
        ByteBuf out = connection.beginHead(this, end);
        RequestBlock.write(out, request, incoming.protocol(), connection.isSecure());
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
        if (id() != 0 && !incoming.isToConnect()) {
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
        if (over || incoming.isWhole()) {
            skip(fields, block, from, to, endStream);
            return;
        }
        touch();
        incoming.beginBlock(fields);
        if (!connection.decodeFor(block, from, to)) {
            return;
        }
        IncomingResponse.Part part = incoming.endBlock(fields, endStream);
        switch (part) {
            case INTERIM -> listener.onInterim();
            case HEAD, HEAD_ALONE, TUNNEL_HEAD -> head(part, endStream);
            case END -> {
                markRemoteEnded();
                complete();
            }
            case BODY, BROKEN -> broken();
            case MALFORMED -> malformed();
        }
    }

    /** The final head is whole. */
    private void head(IncomingResponse.Part part, boolean endStream) {
        if (listener.onResponse(null, 0) == ResponseListener.Fate.REFUSED) {
            return;
        }
        incoming.beginBody();
        if (endStream) {
            markRemoteEnded();
        }
        if (part == IncomingResponse.Part.HEAD_ALONE) {
            complete();
        } else if (part == IncomingResponse.Part.TUNNEL_HEAD) {
            listener.onResponseEnd(null, false);
            if (endStream && !over) { // its last bytes may have come with it
                listener.onServerHalfClosed();
            }
        }
    }

    private void complete() {
        incoming.complete();
        listener.onResponseEnd(incoming.trailers(), false);
    }

    /** Fields behind a response that is complete already: they are decoded for their effect on the table alone. */
    private void skip(ResponseFields fields, byte[] block, int from, int to, boolean endStream) {
        fields.skip();
        if (connection.decodeFor(block, from, to) && endStream) {
            markRemoteEnded();
            forgetIfOver();
        }
    }

    @Override
    protected boolean onData(ByteBuf in, int length) {
        if (over || incoming.isWhole()) { // what belongs to no response
            broken();
            return false;
        }
        touch();
        if (tunnel) {
            listener.onTunnelBytes(in.slice(in.readerIndex(), length));
            return id() != 0;
        }
        switch (incoming.data(length)) {
            case BODY -> listener.onResponseBody(in, length, 0, false);
            case MALFORMED -> malformed();
            default -> broken();
        }
        return id() != 0;
    }

    @Override
    protected void onDataFlush() {
        // the exchange flushes when the connection has been read
    }

    @Override
    protected void onEnd() {
        if (over || incoming.isWhole()) {
            forgetIfOver();
        } else if (tunnel) {
            listener.onServerHalfClosed();
        } else {
            switch (incoming.end()) {
                case END -> complete();
                case MALFORMED -> malformed();
                default -> broken();
            }
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
        } else if (incoming.isWhole() && hasLocalEnded()) {
            timer.start(LINGER_MS); // its END_STREAM will come: resets for nothing are what servers count against us
        } else {
            connection.reset(this, Frames.CANCEL);
        }
    }

    /** Lets go of the response's bytes. */
    @Override
    public void clear() {
        incoming.clear();
        cleared = true;
        recycleIfDone();
    }

    @SuppressWarnings("NullAway") // nobody calls it until it begins again
    private void recycleIfDone() {
        if (over && cleared && id() == 0 && !touched) {
            cleared = false; // once
            listener = null;
            unsent = null;
            incoming.forget();
            connection.recycle(this);
        }
    }

    /** It is not used again. */
    void dispose() {
        timer.dispose();
    }
}
