// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.tandem.node.exchange.ClientFailures;
import io.tandem.node.exchange.Exchange;
import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.frontend.http.HttpOption;
import io.tandem.node.frontend.http.h2.UpgradeOffer;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of an HTTP/1 connection: finds heads and bodies in what arrives and writes what the exchange answers.
 * Policy is the exchange's; here is the protocol alone.
 *
 * <p>Requests that arrive behind the present one wait, and with them the client: one exchange at a time.
 */
public final class Http1Connection extends Http1ClientSide {
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

    private final @Nullable Http2Switch http2;

    private State state = State.HEAD;
    /** Null while no request is under way. */
    private @Nullable RequestParts parts;
    /** Bytes read too early. */
    private @Nullable ByteBuf pending;

    private boolean responseDone;
    private boolean processing;
    private boolean halfClosed;
    private boolean reset;
    private long restingSinceNs;

    /**
     * @param onEnd runs once when the connection has ended
     * @param http2 how it goes on in HTTP/2, whose {@code onEnd} is that one's then; null where it speaks HTTP/1 and
     *     nothing else
     */
    public Http1Connection(Facts facts, Tuning tuning, Runnable onEnd, @Nullable Http2Switch http2) {
        super(facts, tuning, onEnd);
        this.http2 = http2;
        restingSinceNs = loop.nowNs();
    }

    @Override
    protected void begin() {
        expectFirstRequest();
    }

    @Override
    protected void onSecured() {
        TlsFacts tls = facts.tls;
        if (http2 != null && tls != null && tls.alpn().equals("h2")) {
            handOver(http2, null, null);
        } else {
            begin();
        }
    }

    // ---- what arrives

    @Override
    protected void read(ByteBuf in) {
        processing = true;
        boolean more = true;
        while (more) {
            more = switch (state) {
                case HEAD -> head(in);
                case BODY -> body(in);
                case RESPONSE -> response(in);
                case TUNNEL -> {
                    if (in.isReadable()) {
                        exchange().tunnelBytes(in);
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
            exchange().begin();
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
                ClientFailures failures = exchange().clientFailures();
                failures.keep(bytes, had, in, scanner.errorOffset(), reason);
                failures.onBadRequest(reason.status(), Termination.PROXY);
                return true;
            }
            case COMPLETE -> {
                in.skipBytes(scanner.headEnd() - had);
                return request(present, in, had);
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

    private boolean request(RequestParts present, ByteBuf in, int had) {
        if (http2 != null) {
            UpgradeOffer offer = http2.offer(facts);
            if (offer != null || http2.isPreface(facts, present.scanner)) {
                exchange().withdraw();
                handOver(http2, offer, in);
                return false;
            }
        }
        responseDone = false;
        if (!present.beginBody(facts.request, in, had, exchange(), tuning)) {
            exchange().clientFailures().onBadRequest(400, Termination.PROXY);
            return true;
        }
        state = State.BODY;
        if (present.body.isComplete()) {
            timer.stop();
        }
        exchange().onRequest();
        return true;
    }

    /**
     * Hands the connection over; there is no exchange under way.
     *
     * @param in what came behind the head; null where nothing has been read
     */
    private void handOver(Http2Switch http2, @Nullable UpgradeOffer offer, @Nullable ByteBuf in) {
        ChannelHandlerContext present = context();
        if (present == null) {
            return;
        }
        if (offer != null) {
            write(offer.answer());
        }
        releaseHead();
        endExchange();
        handOver();
        http2.replace(present, offer, in);
    }

    private boolean body(ByteBuf in) {
        RequestParts present = parts;
        if (present == null) {
            throw new IllegalStateException("a body without a head");
        }
        boolean wanted = exchange().wantsBody();
        RequestBody body = present.body;
        body.read(in, wanted);
        if (state != State.BODY) {
            return true;
        }
        if (wanted) {
            if (body.isComplete()) {
                exchange().requestEnd(body.trailers());
            }
            exchange().requestFlush();
            if (state != State.BODY) {
                return true;
            }
        }
        if (body.isComplete()) {
            timer.stop();
            state = State.RESPONSE;
            return true;
        }
        expectBody();
        return false;
    }

    private void expectBody() {
        int limit = exchange().bodyTimeoutMs();
        if (limit != Exchange.AS_FOR_HEAD) {
            timer.start(limit);
        }
    }

    /** Waits for the end of the response; what came too early is kept, and so is what comes behind that until it is taken up. */
    private boolean response(ByteBuf in) {
        if (responseDone && pending == null) {
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
        restExchange();
        state = State.HEAD;
        restingSinceNs = loop.nowNs();
        responseDone = false;
        if (halfClosed && !hasMore) {
            close();
            return;
        }
        timer.start(idleTimeoutMs());
    }

    private void releaseHead() {
        RequestParts present = parts;
        if (present != null) {
            parts = null;
            present.release(loop);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (state != State.TUNNEL && state != State.CLOSING) {
            flushWritten();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        loop.tick();
        boolean writable = context.channel().isWritable();
        if (writable
                && isBusy()) { // too much is found out after a flush: a buffer that leaves at once costs no epoll_ctl
            exchange().onClientWritabilityChanged(true);
        }
        if (state == State.CLOSING) {
            return; // its time goes on, whatever the client has taken
        }
        if (state != State.HEAD) {
            timer.start(writable ? 0 : timeouts().client());
        }
    }

    @Override
    protected void onInputEnd() {
        halfClosed = true;
        switch (state) {
            case HEAD -> {
                if (isBusy()) {
                    exchange().clientFailures().onBadRequest(400, Termination.CLIENT);
                } else if (!silentEnd(400, Termination.CLIENT)) {
                    close();
                }
            }
            case BODY -> {
                exchange().clientFailures().onClosed(true); // what is missing will not come
                abort();
            }
            case RESPONSE, TUNNEL -> exchange().clientFailures().onHalfClosed();
            case CLOSING -> endLingering();
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
        exchange().begin();
        facts.requestAtMs = facts.acceptedAtMs;
        facts.requestStartNs = facts.acceptedNs;
        exchange().clientFailures().onSilence(status, who);
        return true;
    }

    @Override
    protected void onTimeout() {
        switch (state) {
            case HEAD -> {
                if (isBusy()) {
                    exchange().clientFailures().onBadRequest(408, Termination.CLIENT_TIMEOUT);
                } else if (!silentEnd(408, Termination.CLIENT_TIMEOUT)) {
                    close();
                }
            }
            case BODY, RESPONSE, TUNNEL -> exchange().clientFailures().onTimeout();
            case CLOSING -> abort();
        }
    }

    @Override
    protected void onClosed() {
        dropStaged();
        if (isBusy()) {
            exchange().clientFailures().onClosed(reset);
        } else if (state == State.HEAD) {
            silentEnd(400, Termination.CLIENT);
        }
        state = State.CLOSING;
        releaseHead();
        if (pending != null) {
            pending.release();
            pending = null;
        }
        endExchange();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        reset = true;
        super.exceptionCaught(context, cause);
    }

    /** The process stops: connections idle between requests end, others after their response, new ones may still ask. */
    @Override
    public void onSoftStop() {
        if (state == State.HEAD
                && !isBusy()
                && facts.requestsOnConnection > 0
                && loop.nowNs() - restingSinceNs >= QUIET_NS
                && !hasUnread()
                && !facts.frontend.http().has(HttpOption.IDLE_CLOSE_ON_RESPONSE)) {
            close();
        }
    }

    // ---- what the exchange asks for

    @Override
    public boolean isRequestComplete() {
        RequestParts present = parts;
        return present != null && present.body.isComplete();
    }

    @Override
    public boolean awaitRequestEnd() {
        flush();
        timer.start(timeouts().client());
        return true;
    }

    @Override
    public void reading(boolean on) {
        if (!halfClosed) {
            autoRead(on);
        }
    }

    @Override
    public void finished(boolean keepAlive) {
        writeStaged();
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
        try {
            read(early);
        } finally {
            early.release();
        }
        if (halfClosed) {
            onInputEnd(); // now it has been reached
        }
        flush();
    }

    /** Ends the connection when all that has been written is sent. */
    private void close() {
        ChannelHandlerContext present = context();
        if (present == null || state == State.CLOSING) {
            return;
        }
        boolean unread = !halfClosed && (state == State.BODY || (state == State.HEAD && parts != null));
        state = State.CLOSING;
        releaseHead();
        if (unread && present.channel() instanceof DuplexChannel) {
            int limit = timeouts().client();
            linger(present, limit > 0 ? Math.min(limit, LINGER_MS) : LINGER_MS);
        } else {
            closeWhenSent(present);
        }
    }

    /** How long a client may take to end a connection on which it was refused in the middle of a request. */
    private static final int LINGER_MS = 2_000;

    @Override
    protected boolean isClosing() {
        return state == State.CLOSING;
    }

    @Override
    public void abort() {
        state = State.CLOSING;
        super.abort();
    }

    @Override
    public void becomeTunnel() {
        state = State.TUNNEL; // the head stays for the log
        timer.stop();
        ByteBuf early = pending;
        if (early != null) {
            pending = null;
            reading(true); // it may have been too much
            exchange().tunnelBytes(early);
            early.release();
        }
        if (halfClosed) {
            exchange().clientFailures().onHalfClosed();
        }
    }
}
