// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.http;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.pool.ServerConnection;
import io.tandem.node.backend.pool.ServerUser;
import io.tandem.node.frontend.http.CaseAdjust;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.HttpSettings;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.frontend.http.h1.ChunkedBody;
import io.tandem.node.frontend.http.h1.ConnectionField;
import io.tandem.node.frontend.http.h1.HeadWriter;
import io.tandem.node.frontend.http.h1.MessageWriter;
import io.tandem.node.frontend.http.h1.ResponseScanner;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.loop.Tuning;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One exchange at a time on HTTP/1 connections: writes the request, reads the response. Each loop keeps a stack of them, so
 * that an exchange owns one only while it talks to a server.
 */
public final class Http1Stream implements ServerStream, ServerUser {
    private static final byte[] NOTHING = new byte[0];

    private static final LoopLocal<ArrayDeque<Http1Stream>> FREE = new LoopLocal<>(loop -> new ArrayDeque<>());
    private static final int KEPT_PER_LOOP = 4096;

    /** Of the first bytes of a response this many are looked at for its head. */
    private static final int FIRST_LOOK = 4096;

    private final Loop loop;
    private Tuning tuning;
    private ResponseListener listener;
    private Response response;
    private final ResponseScanner scanner;
    private final ChunkedBody chunks = new ChunkedBody();
    private final ChunkedBody.Sink chunkSink;
    private final MessageWriter writer;

    private @Nullable ServerConnection connection;
    private @Nullable HeadBuffer buffer;
    private Method method = Method.OTHER;
    private Framing framing = Framing.NONE;
    private long remaining;
    private boolean inBody;
    private boolean tunnel;
    private boolean reused;
    private @Nullable CaseAdjust caseAdjust;

    /**
     * One for an exchange, which gives it back by {@link #giveBack}.
     *
     * @param response where heads are put; it is lent their bytes until {@link #clear}
     */
    public static Http1Stream take(Loop loop, Tuning tuning, ResponseListener listener, Response response) {
        Http1Stream stream = FREE.of(loop).pollLast();
        if (stream == null || stream.tuning.maxFields() != tuning.maxFields()) {
            return new Http1Stream(loop, tuning, listener, response);
        }
        stream.tuning = tuning;
        stream.listener = listener;
        stream.response = response;
        stream.scanner.into(response);
        return stream;
    }

    /** The exchange is over, whatever became of it; its connection has been closed or released. */
    @SuppressWarnings("NullAway") // nobody calls it until it is taken again
    public void giveBack() {
        clear();
        listener = null;
        response = null;
        ArrayDeque<Http1Stream> free = FREE.of(loop);
        if (free.size() < KEPT_PER_LOOP) {
            free.addLast(this);
        }
    }

    private Http1Stream(Loop loop, Tuning tuning, ResponseListener listener, Response response) {
        this.loop = loop;
        this.tuning = tuning;
        this.listener = listener;
        this.response = response;
        scanner = new ResponseScanner(response, tuning.maxFields());
        chunkSink = (in, length) -> this.listener.onResponseBody(in, length, 0, false);
        writer = new MessageWriter(loop, this::write);
    }

    /**
     * Takes over an established connection for one exchange.
     *
     * @param settings those of the backend
     */
    public ServerStream attach(ServerConnection connection, HttpSettings settings) {
        writer.clear(); // an attempt before this one may have failed with something staged
        this.connection = connection;
        caseAdjust = settings.caseAdjust();
        scanner.lenient(settings.has(HttpOption.ACCEPT_INVALID_RESPONSE));
        reused = connection.isReused();
        connection.use(this);
        return this;
    }

    private void write(ByteBuf out) {
        ServerConnection present = connection;
        if (present == null) {
            out.release();
        } else {
            present.write(out);
        }
    }

    // ---- the request

    @Override
    public void head(Request request, boolean keepAlive) {
        method = request.method();
        inBody = false;
        tunnel = false;
        framing = Framing.NONE;
        beginHead();
        ByteBuf out = writer.beginHead(request.framing() == Framing.CHUNKED);
        CaseAdjust adjust = caseAdjust;
        if (adjust != null) {
            adjust.applyTo(request.headers());
        }
        HeadWriter.requestLineAndFields(request, out);
        ConnectionField.of(keepAlive, request.minorVersion()).write(out, adjust);
        HeadWriter.end(out);
    }

    private void beginHead() {
        HeadBuffer present = buffer;
        if (present == null) {
            present = HeadBuffer.take(loop, tuning.bufferSize());
            buffer = present;
        }
        scanner.begin(present, tuning.maxRewrite());
    }

    @Override
    public void body(ByteBuf in, int length) {
        writer.data(in, length, false);
    }

    @Override
    public void end(@Nullable Trailers trailers) {
        writer.end(trailers);
    }

    @Override
    public void flush() {
        ServerConnection present = connection;
        if (present != null) {
            writer.writeStaged();
            present.flush();
        }
    }

    @Override
    public boolean isWritable() {
        ServerConnection present = connection;
        return present != null && present.isWritable();
    }

    @Override
    public void reading(boolean on) {
        ServerConnection present = connection;
        if (present != null) {
            present.reading(on);
        }
    }

    @Override
    public void expect(int timeoutMs) {
        ServerConnection present = connection;
        if (present != null) {
            present.expect(timeoutMs);
        }
    }

    // ---- the response

    @Override
    public void onServerBytes(ByteBuf in) {
        if (tunnel) {
            listener.onTunnelBytes(in);
        } else if (inBody) {
            readBody(in, 0);
        } else {
            head(in);
        }
    }

    private void head(ByteBuf in) {
        HeadBuffer present = buffer;
        while (present != null && in.isReadable()) {
            int had = scanner.end();
            int limit = had == 0 ? Math.min(FIRST_LOOK, scanner.room()) : scanner.room();
            int length = Math.min(in.readableBytes(), limit);
            in.getBytes(in.readerIndex(), present.bytes(), had, length);
            switch (scanner.scan(had + length)) {
                case INCOMPLETE -> in.skipBytes(length);
                case MALFORMED -> {
                    listener.onBadBytes(present.bytes(), had, in, scanner.errorOffset(), scanner.reason());
                    listener.onMalformed();
                    return;
                }
                case COMPLETE -> {
                    int own = scanner.headEnd() - had;
                    if (scanner.isInterim()) {
                        in.skipBytes(own);
                        describe(Framing.NONE);
                        listener.onInterim();
                        beginHead();
                    } else {
                        finalHead(in, own, had == 0);
                        return;
                    }
                }
            }
        }
    }

    private void describe(Framing framing) {
        response.body(
                framing,
                scanner.isChunked() ? -1 : scanner.contentLength(),
                scanner.countedSize(),
                scanner.webSocketAcceptIndex());
        scanner.dropLengths();
    }

    /** @param own how many bytes of {@code in} belong to the head; {@code whole}: they are all of it */
    private void finalHead(ByteBuf in, int own, boolean whole) {
        framing = scanner.framing(method);
        describe(framing);
        remaining = framing == Framing.LENGTH ? scanner.contentLength() : 0;
        if (framing == Framing.CHUNKED) {
            chunks.begin(tuning);
        }
        ResponseListener.Fate fate = listener.onResponse(whole ? in : null, own);
        if (fate == ResponseListener.Fate.REFUSED) {
            return;
        }
        inBody = true;
        if (fate == ResponseListener.Fate.AS_RECEIVED) {
            bytes(in, own);
        } else {
            in.skipBytes(own);
            readBody(in, own);
        }
    }

    /** @param own how many bytes of the head stand in front of {@code in}; 0 where none came with it */
    private void readBody(ByteBuf in, int own) {
        if (framing == Framing.CHUNKED) {
            chunked(in, own);
        } else {
            bytes(in, 0);
        }
    }

    /** Hands on a head as received, {@code own} bytes long, and the body bytes behind it. */
    private void bytes(ByteBuf in, int own) {
        int available = in.readableBytes() - own;
        int data =
                switch (framing) {
                    case NONE -> 0;
                    case LENGTH -> (int) Math.min(remaining, available);
                    case UNTIL_CLOSE, CHUNKED -> available;
                };
        remaining -= data;
        int length = own + data;
        boolean surplus = data < available;
        if (length > 0) {
            listener.onResponseBody(in, length, own, !surplus);
            if (surplus) {
                in.skipBytes(length);
            }
        }
        if (framing == Framing.NONE || (framing == Framing.LENGTH && remaining == 0)) {
            listener.onResponseEnd(null, surplus);
            if (tunnel && surplus) {
                listener.onTunnelBytes(in);
            }
        }
    }

    private void chunked(ByteBuf in, int own) {
        int start = in.readerIndex() - own;
        switch (chunks.read(in, chunkSink)) {
            case INCOMPLETE -> {}
            case MALFORMED -> {
                HeadBuffer head = buffer;
                int had = own == 0 || head == null ? 0 : scanner.headEnd() - own;
                int position = had + Math.max(0, in.readerIndex() - 1 - start);
                in.readerIndex(start);
                listener.onBadBytes(head == null ? NOTHING : head.bytes(), had, in, position, chunks.reason());
                listener.onMalformed();
            }
            case COMPLETE -> listener.onResponseEnd(chunks.trailers(), in.isReadable());
        }
    }

    @Override
    public void onServerReadComplete() {
        listener.onServerReadComplete();
    }

    @Override
    public void onServerHalfClosed() {
        listener.onServerHalfClosed();
    }

    @Override
    public void onServerClosed() {
        ServerConnection ended = connection;
        boolean reset = ended != null && ended.wasReset();
        connection = null;
        listener.onServerClosed(!reset && (tunnel || (inBody && framing == Framing.UNTIL_CLOSE)));
    }

    @Override
    public void onServerKilled(char who) {
        connection = null;
        listener.onServerKilled(who);
    }

    @Override
    public void onServerWritabilityChanged(boolean writable) {
        listener.onServerWritabilityChanged(writable);
    }

    @Override
    public void onServerTimeout() {
        listener.onServerTimeout();
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    // ---- tunnels

    @Override
    public void becomeTunnel() {
        tunnel = true;
        ServerConnection present = connection;
        if (present != null) {
            present.becomeTunnel();
        }
    }

    @Override
    public void tunnel(ByteBuf in) {
        write(in.retain());
    }

    @Override
    public void shutdownOutput() {
        ServerConnection present = connection;
        if (present != null) {
            present.shutdownOutput();
        }
    }

    // ---- how it ends

    @Override
    public @Nullable ServerConnection release(boolean reusable) {
        ServerConnection present = connection;
        connection = null;
        if (present != null && !(reusable && scanner.keepsAlive())) {
            present.close();
            return null;
        }
        return present;
    }

    @Override
    public void close() {
        ServerConnection present = connection;
        connection = null;
        if (present != null) {
            present.close();
        }
    }

    @Override
    public void clear() {
        writer.clear();
        scanner.clear();
        HeadBuffer present = buffer;
        if (present != null) {
            buffer = null;
            present.release(loop);
        }
    }
}
