// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.tandem.node.backend.Timeouts;
import io.tandem.node.exchange.ClientSide;
import io.tandem.node.exchange.Exchange;
import io.tandem.node.frontend.ClientConnection;
import io.tandem.node.frontend.SilentDrop;
import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.frontend.TlsLedger;
import io.tandem.node.frontend.http.CaseAdjust;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.frontend.http.h2.Http2Connection;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.Timer;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import io.tandem.node.socket.SocketOptions;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of an HTTP/1 connection: finds heads and bodies in what arrives and writes what the exchange answers.
 * Policy is the exchange's; here is the protocol alone.
 *
 * <p>Requests that arrive behind the present one wait, and with them the client: one exchange at a time.
 */
public final class Http1Connection extends ChannelInboundHandlerAdapter implements ClientSide, ClientConnection {
    private enum State {
        HEAD,
        BODY,
        /** The request is whole; its response is not. */
        RESPONSE,
        TUNNEL,
        /** Nothing more is read: the connection ends when all is sent. */
        CLOSING
    }

    /** How long a connection that has become idle is given for its next request when the process stops. */
    private static final long QUIET_NS = 100_000_000L;

    private final Loop loop;
    private final Tuning tuning;
    private final Facts facts;
    private final Exchange exchange;
    private final Timer timer;
    private final Runnable onEnd;
    private final IntFunction<Http2Connection> http2;
    private final ChunkedBody.Sink chunkSink;
    private final MessageWriter writer;

    private State state = State.HEAD;
    private @Nullable ChannelHandlerContext context;
    /** Null while no request is under way. */
    private @Nullable RequestParts parts;
    /** Bytes read too early. */
    private @Nullable ByteBuf pending;
    /** A chunked body's data that came with its head. */
    private @Nullable ByteBuf early;

    private Framing framing = Framing.NONE;
    private long remaining;
    private boolean bodyComplete;
    private boolean responseDone;
    private boolean processing;
    private boolean halfClosed;
    private boolean reset;
    private long restingSinceNs;
    private boolean ended;

    /**
     * @param onEnd runs once when the connection has ended
     * @param http2 makes what takes the connection over when it turns out to speak HTTP/2, told how many bytes of its
     *     preface have been read; {@code onEnd} is that one's then
     */
    public Http1Connection(Facts facts, Tuning tuning, Runnable onEnd, IntFunction<Http2Connection> http2) {
        this.http2 = http2;
        this.loop = facts.loop;
        this.tuning = tuning;
        this.facts = facts;
        this.onEnd = onEnd;
        exchange = new Exchange(loop, facts, this, tuning);
        writer = new MessageWriter(loop, this::write);
        chunkSink = exchange::requestBody;
        timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                timeout();
            }
        };
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
        restingSinceNs = loop.nowNs();
        Timeouts timeouts = timeouts();
        if (isInHandshake()) {
            timer.start(timeouts.client()); // for the handshake; the request's time begins after it
        } else {
            expectFirstRequest();
        }
    }

    private void expectFirstRequest() {
        Timeouts timeouts = timeouts();
        timer.start(timeouts.httpRequest() > 0 ? timeouts.httpRequest() : timeouts.client());
    }

    private boolean isInHandshake() {
        return facts.tls != null && facts.handshakeNs == 0;
    }

    private Timeouts timeouts() {
        return facts.frontend.timeouts();
    }

    // ---- what arrives

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        loop.tick();
        ByteBuf in = (ByteBuf) message;
        try {
            process(in);
        } finally {
            in.release();
        }
    }

    private void process(ByteBuf in) {
        processing = true;
        boolean more = true;
        while (more) {
            more = switch (state) {
                case HEAD -> head(in);
                case BODY -> body(in);
                case RESPONSE -> response(in);
                case TUNNEL -> {
                    if (in.isReadable()) {
                        exchange.tunnelBytes(in);
                    }
                    yield false;
                }
                case CLOSING -> {
                    in.skipBytes(in.readableBytes());
                    yield false;
                }
            };
        }
        processing = false;
    }

    /** Looks for a head; whether there is more to do. */
    private boolean head(ByteBuf in) {
        if (!in.isReadable()) {
            return false;
        }
        RequestParts present = parts;
        if (present == null) {
            boolean lenient = facts.frontend.http().has(HttpOption.ACCEPT_INVALID_REQUEST);
            present = RequestParts.take(loop, facts.request, tuning, lenient);
            parts = present;
            exchange.begin();
            beginHeadTimeout();
        }
        RequestScanner scanner = present.scanner;
        byte[] bytes = present.buffer.bytes();
        int had = scanner.end();
        int length = Math.min(in.readableBytes(), scanner.room());
        in.getBytes(in.readerIndex(), bytes, had, length);
        switch (scanner.scan(had + length)) {
            case INCOMPLETE -> {
                in.skipBytes(length);
                return in.isReadable();
            }
            case MALFORMED -> {
                Malformed reason = scanner.reason();
                exchange.keepBadRequest(bytes, had, in, scanner.errorOffset(), reason);
                exchange.onBadRequest(reason == Malformed.TRANSFER_ENCODING_UNKNOWN ? 422 : 400, Termination.PROXY);
                return true;
            }
            case COMPLETE -> {
                in.skipBytes(scanner.headEnd() - had);
                return request(present, in);
            }
        }
        return false;
    }

    /** The first request's time counts from the connection's beginning, the others' from their first byte. */
    private void beginHeadTimeout() {
        int limit = timeouts().httpRequest();
        if (facts.requestsOnConnection > 1) {
            timer.start(limit > 0 ? limit : timeouts().client());
        }
    }

    private boolean request(RequestParts present, ByteBuf in) {
        if (facts.request.method() == Method.OTHER && isPreface(present.scanner)) {
            exchange.withdraw();
            becomeHttp2(Http2Connection.PREFACE_HEAD, in);
            return false;
        }
        framing = facts.request.framing();
        remaining = framing == Framing.LENGTH ? facts.request.contentLength() : 0;
        bodyComplete = framing == Framing.NONE || (framing == Framing.LENGTH && remaining <= in.readableBytes());
        responseDone = false;
        if (framing == Framing.CHUNKED) {
            ChunkedBody chunks = present.chunks;
            chunks.begin(tuning);
            ByteBuf out = PooledByteBufAllocator.DEFAULT.directBuffer(in.readableBytes());
            ChunkedBody.Progress progress =
                    chunks.read(in, (data, length) -> out.writeBytes(data, data.readerIndex(), length));
            if (progress == ChunkedBody.Progress.MALFORMED) {
                out.release();
                exchange.onBadRequest(400, Termination.PROXY);
                return true;
            }
            bodyComplete = progress == ChunkedBody.Progress.COMPLETE;
            early = out;
        }
        state = State.BODY;
        if (bodyComplete) {
            timer.stop();
        }
        exchange.onRequest();
        return true;
    }

    /** Whether the first request is the beginning of HTTP/2's preface (RFC 9113 section 3.4), and may be. */
    private boolean isPreface(RequestScanner scanner) {
        return facts.requestsOnConnection == 1
                && scanner.headEnd() == Http2Connection.PREFACE_HEAD
                && Http2Connection.isPrefaceHead(facts.request.bytes())
                && !facts.frontend.http().has(HttpOption.DISABLE_H2_UPGRADE);
    }

    /** Hands the connection over; there is no exchange under way. */
    private void becomeHttp2(int prefaceRead, @Nullable ByteBuf in) {
        ChannelHandlerContext present = context;
        if (present == null) {
            return;
        }
        releaseHead();
        timer.dispose();
        exchange.dispose();
        ended = true; // the successor tells of the end
        Http2Connection successor = http2.apply(prefaceRead);
        present.pipeline().addAfter(present.name(), null, successor);
        if (in != null) {
            successor.read(in);
        }
        present.pipeline().remove(this);
    }

    private boolean body(ByteBuf in) {
        RequestParts present = parts;
        if (present == null) {
            throw new IllegalStateException("a body without a head");
        }
        boolean wanted = exchange.wantsBody();
        switch (framing) {
            case LENGTH -> {
                int length = (int) Math.min(remaining, in.readableBytes());
                if (wanted && length > 0) {
                    exchange.requestBody(in, length);
                }
                in.skipBytes(length);
                remaining -= length;
                bodyComplete = remaining == 0;
            }
            case CHUNKED -> chunkedBody(present.chunks, in, wanted);
            case NONE, UNTIL_CLOSE -> bodyComplete = true;
        }
        if (state != State.BODY) {
            return true;
        }
        if (wanted) {
            if (bodyComplete) {
                exchange.requestEnd(framing == Framing.CHUNKED ? present.chunks.trailers() : null);
            }
            exchange.requestFlush();
            if (state != State.BODY) {
                return true;
            }
        }
        if (bodyComplete) {
            timer.stop();
            state = State.RESPONSE;
            return true;
        }
        expectBody();
        return false;
    }

    private void expectBody() {
        int limit = exchange.bodyTimeoutMs();
        if (limit != Exchange.AS_FOR_HEAD) {
            timer.start(limit);
        }
    }

    private void chunkedBody(ChunkedBody chunks, ByteBuf in, boolean wanted) {
        ByteBuf first = early;
        if (first != null) {
            early = null;
            if (wanted && first.isReadable()) {
                exchange.requestBody(first, first.readableBytes());
            }
            first.release();
            return;
        }
        int start = in.readerIndex();
        switch (chunks.read(in, wanted ? chunkSink : DISCARD)) {
            case INCOMPLETE -> {}
            case COMPLETE -> bodyComplete = true;
            case MALFORMED -> {
                int position = Math.max(0, in.readerIndex() - 1 - start);
                in.readerIndex(start);
                exchange.keepBadRequest(NOTHING, 0, in, position, chunks.reason());
                exchange.onBadBody();
            }
        }
    }

    private static final ChunkedBody.Sink DISCARD = (in, length) -> {};

    /** Waits for the end of the response; what came too early is kept. */
    private boolean response(ByteBuf in) {
        if (responseDone) {
            next(in.isReadable());
            return true;
        }
        if (in.isReadable()) {
            keep(in);
        }
        return false;
    }

    private void keep(ByteBuf in) {
        ByteBuf kept = pending;
        if (kept == null) {
            kept = PooledByteBufAllocator.DEFAULT.directBuffer(in.readableBytes());
            pending = kept;
        }
        kept.writeBytes(in);
        if (kept.readableBytes() >= tuning.bufferSize()) {
            reading(false);
        }
    }

    /** The exchange is over and the connection goes on. */
    private void next(boolean hasMore) {
        releaseHead();
        state = State.HEAD;
        restingSinceNs = loop.nowNs();
        responseDone = false;
        if (halfClosed && !hasMore) {
            close();
            return;
        }
        Timeouts timeouts = timeouts();
        int idle = timeouts.httpKeepAlive() > 0 ? timeouts.httpKeepAlive() : timeouts.httpRequest();
        timer.start(idle > 0 ? idle : timeouts.client());
    }

    private void releaseHead() {
        RequestParts present = parts;
        if (present != null) {
            parts = null;
            present.release(loop);
        }
        if (early != null) {
            early.release();
            early = null;
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (state != State.TUNNEL && state != State.CLOSING) {
            context.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        loop.tick();
        boolean writable = context.channel().isWritable();
        if (writable) { // too much is found out after a flush: a buffer that leaves at once should not cost two
            // epoll_ctl
            exchange.onClientWritabilityChanged(true);
        }
        if (state != State.HEAD) {
            timer.start(writable ? 0 : timeouts().client());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            loop.tick();
            inputEnded();
        } else if (event instanceof SslHandshakeCompletionEvent handshake && state != State.CLOSING) {
            if (handshake.isSuccess()) {
                facts.handshakeNs = loop.tick();
                TlsFacts tls = facts.tls;
                if (tls != null && tls.alpn().equals("h2")) {
                    becomeHttp2(0, null);
                    TlsLedger.handshake(facts, handshake);
                    return;
                }
                expectFirstRequest();
            } else {
                state = State.CLOSING; // its line says all there is to say
                context.close();
            }
            TlsLedger.handshake(facts, handshake);
        }
    }

    private void inputEnded() {
        halfClosed = true;
        switch (state) {
            case HEAD -> {
                if (exchange.isBusy()) {
                    exchange.onBadRequest(400, Termination.CLIENT);
                } else if (!silentEnd(400, Termination.CLIENT)) {
                    close();
                }
            }
            case BODY -> {
                exchange.onClientClosed(true); // what is missing will not come
                abort();
            }
            case RESPONSE, TUNNEL -> exchange.onClientHalfClosed();
            case CLOSING -> {}
        }
    }

    /**
     * A connection that ends, or stays silent for too long, before its first request counts and is logged as a bad one.
     * Whether that happened.
     */
    private boolean silentEnd(int status, char who) {
        if (facts.requestsOnConnection > 0 || facts.frontend.http().has(HttpOption.IGNORE_PROBES) || isInHandshake()) {
            return false;
        }
        exchange.begin();
        facts.requestAtMs = facts.acceptedAtMs;
        facts.requestStartNs = facts.acceptedNs;
        exchange.onBadRequest(status, who);
        return true;
    }

    private void timeout() {
        ChannelHandlerContext present = context;
        if (isInHandshake() && present != null) {
            present.pipeline()
                    .fireUserEventTriggered(new SslHandshakeCompletionEvent(
                            new SslHandshakeTimeoutException("the client did not finish the handshake in time")));
            return;
        }
        switch (state) {
            case HEAD -> {
                if (exchange.isBusy()) {
                    exchange.onBadRequest(408, Termination.CLIENT_TIMEOUT);
                } else if (facts.requestsOnConnection == 0
                        && !facts.frontend.http().has(HttpOption.IGNORE_PROBES)) {
                    exchange.begin();
                    facts.requestAtMs = facts.acceptedAtMs;
                    facts.requestStartNs = facts.acceptedNs;
                    exchange.onBadRequest(408, Termination.CLIENT_TIMEOUT);
                } else {
                    close();
                }
            }
            case BODY, RESPONSE, TUNNEL -> exchange.onClientTimeout();
            case CLOSING -> abort();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (ended) {
            return;
        }
        loop.tick();
        ended = true;
        writer.clear();
        if (exchange.isBusy()) {
            exchange.onClientClosed(reset);
        } else if (state == State.HEAD) {
            silentEnd(400, Termination.CLIENT);
        }
        state = State.CLOSING;
        releaseHead();
        if (pending != null) {
            pending.release();
            pending = null;
        }
        timer.dispose();
        exchange.dispose();
        onEnd.run();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        loop.failed(cause);
        reset = true;
        context.close(); // a reset, or TLS that cannot go on: channelInactive tells the exchange
    }

    /** A loop that is late has its next request before it, in the kernel. */
    private boolean hasUnread() {
        ChannelHandlerContext present = context;
        return present != null
                && present.channel() instanceof UnixChannel unix
                && SocketOptions.hasUnread(unix.fd().intValue());
    }

    /** The process stops: idle connections end, the others after their response. */
    @Override
    public void onSoftStop() {
        if (state == State.HEAD
                && !exchange.isBusy()
                && loop.nowNs() - restingSinceNs >= QUIET_NS
                && !hasUnread()
                && !facts.frontend.http().has(HttpOption.IDLE_CLOSE_ON_RESPONSE)) {
            close();
        }
    }

    // ---- what the exchange asks for

    @Override
    public boolean isRequestComplete() {
        return bodyComplete;
    }

    @Override
    public boolean awaitRequestEnd() {
        flush();
        timer.start(timeouts().client());
        return true;
    }

    @Override
    public void proceed() {
        ByteBuf out = loop.sendBuffer();
        out.writeBytes(CONTINUE);
        write(out);
    }

    private static final byte[] CONTINUE = HeadScanner.ascii("HTTP/1.1 100 Continue\r\n\r\n");

    @Override
    public void interim(Response response) {
        CaseAdjust adjust = facts.frontend.http().caseAdjust();
        if (adjust != null) {
            adjust.applyTo(response.headers());
        }
        ByteBuf out = loop.sendBuffer();
        HeadWriter.statusLineAndFields(response, out);
        HeadWriter.end(out);
        write(out);
    }

    @Override
    public boolean head(Response response, boolean keepAlive, boolean tunnel, @Nullable ByteBuf in, int length) {
        boolean chunked = response.framing() == Framing.CHUNKED;
        byte[] connection = connectionField(response, keepAlive, tunnel);
        CaseAdjust adjust = facts.frontend.http().caseAdjust();
        if (adjust != null) {
            adjust.applyTo(response.headers());
            connection = adjust.line(connection);
        }
        if (in != null && connection.length == 0 && !chunked && HeadWriter.isUntouched(response)) {
            in.setBytes(in.readerIndex(), response.bytes(), 0, length); // names are in lower case now
            writer.beginAsReceived();
            return true;
        }
        ByteBuf out = writer.beginHead(chunked);
        HeadWriter.statusLineAndFields(response, out);
        out.writeBytes(connection);
        HeadWriter.end(out);
        return false;
    }

    private byte[] connectionField(Response response, boolean keepAlive, boolean tunnel) {
        if (tunnel) {
            return NOTHING;
        }
        if (!keepAlive) {
            return response.minorVersion() > 0 ? CLOSE : NOTHING;
        }
        return response.minorVersion() == 0 || facts.request.minorVersion() == 0 ? KEEP_ALIVE : NOTHING;
    }

    private static final byte[] CLOSE = HeadScanner.ascii("connection: close\r\n");
    private static final byte[] KEEP_ALIVE = HeadScanner.ascii("connection: keep-alive\r\n");
    private static final byte[] NOTHING = new byte[0];

    @Override
    public void body(ByteBuf in, int length, boolean all) {
        writer.data(in, length, all);
    }

    @Override
    public void body(byte[] bytes, int start, int end) {
        writer.data(bytes, start, end);
    }

    @Override
    public void end(@Nullable Trailers trailers) {
        writer.end(trailers);
    }

    @Override
    public boolean takeBack() {
        return writer.takeBack();
    }

    @Override
    public void raw(byte[] page, int start, int end) {
        writer.data(page, start, end);
    }

    @Override
    public void tunnel(ByteBuf in) {
        writer.writeStaged();
        write(in.retain());
    }

    private void write(ByteBuf out) {
        ChannelHandlerContext present = context;
        if (present == null || ended) {
            out.release();
        } else {
            present.write(out, present.voidPromise());
        }
    }

    @Override
    public void flush() {
        ChannelHandlerContext present = context;
        writer.writeStaged();
        if (present != null) {
            present.flush();
        }
    }

    @Override
    public boolean isWritable() {
        ChannelHandlerContext present = context;
        return present != null && present.channel().isWritable();
    }

    @Override
    public void reading(boolean on) {
        ChannelHandlerContext present = context;
        if (present != null && !halfClosed && present.channel().isActive()) {
            present.channel().config().setAutoRead(on);
        }
    }

    @Override
    public void finished(boolean keepAlive) {
        writer.writeStaged();
        responseDone = true;
        if (!keepAlive) {
            close();
            return;
        }
        if (processing) {
            return; // the loop that called us goes on, and flushes at its end
        }
        flush();
        if (pending == null) {
            next(false);
        } else {
            // after the events of this round: a server that closed behind its answer is noticed before it is used again
            loop.eventLoop().execute(this::takeUpPending);
        }
    }

    private void takeUpPending() {
        ByteBuf early = pending;
        if (early == null || state != State.RESPONSE) {
            return;
        }
        loop.tick();
        pending = null;
        reading(true);
        process(early);
        early.release();
        if (halfClosed && state == State.HEAD && exchange.isBusy()) {
            exchange.onBadRequest(400, Termination.CLIENT);
        }
        flush();
    }

    /** Ends the connection when all that has been written is sent. */
    private void close() {
        ChannelHandlerContext present = context;
        if (present == null || state == State.CLOSING) {
            return;
        }
        boolean unread = !halfClosed && (state == State.BODY || (state == State.HEAD && parts != null));
        state = State.CLOSING;
        releaseHead();
        if (unread && present.channel() instanceof DuplexChannel) {
            linger(present);
        } else {
            timer.start(timeouts().client());
            present.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /**
     * Ends our side and reads on for a while: a system that closes a socket with bytes unread resets it, and the client would
     * lose the answer (RFC 9112 section 9.6).
     */
    private void linger(ChannelHandlerContext present) {
        int limit = timeouts().client();
        timer.start(limit > 0 ? Math.min(limit, LINGER_MS) : LINGER_MS);
        reading(true);
        SslHandler tls = present.pipeline().get(SslHandler.class);
        if (tls != null) {
            present.flush();
            tls.closeOutbound();
        }
        shutdownOutput();
    }

    /** How long a client may take to end a connection on which it was refused in the middle of a request. */
    private static final int LINGER_MS = 2_000;

    @Override
    public void abort() {
        ChannelHandlerContext present = context;
        state = State.CLOSING;
        if (present != null) {
            present.close();
        }
    }

    @Override
    public void vanish() {
        ChannelHandlerContext present = context;
        if (present != null) {
            SilentDrop.prepare(present.channel());
        }
        abort();
    }

    @Override
    public void becomeTunnel() {
        state = State.TUNNEL; // the head stays for the log
        timer.stop();
        ByteBuf early = pending;
        if (early != null) {
            pending = null;
            exchange.tunnelBytes(early);
            early.release();
        }
    }

    @Override
    public void shutdownOutput() {
        ChannelHandlerContext present = context;
        if (present != null && present.channel() instanceof DuplexChannel duplex) {
            present.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> duplex.shutdownOutput());
        }
    }
}
