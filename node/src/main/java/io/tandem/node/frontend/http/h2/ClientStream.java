// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tandem.node.backend.Timeouts;
import io.tandem.node.exchange.ClientSide;
import io.tandem.node.exchange.Exchange;
import io.tandem.node.frontend.LiveSession;
import io.tandem.node.frontend.http.Framing;
import io.tandem.node.frontend.http.HeadBuffer;
import io.tandem.node.frontend.http.Method;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.loop.Timer;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a client: a request and its response, or a tunnel. Policy is its exchange's. Reused by its connection for
 * the next stream.
 */
final class ClientStream extends StreamBase implements ClientSide {
    private final ClientEndpoint connection;
    final Facts facts;
    private final Exchange exchange;
    private final Timer timer;
    private final Trailers trailers = new Trailers();

    private @Nullable HeadBuffer buffer;
    /** A head that has not been written: it leaves together with the body's beginning, or its end. */
    private @Nullable Response stagedHead;

    private boolean stagedTunnel;
    private boolean headSent;
    private boolean requestComplete;
    /** Whether an error page goes without its body, the answer to a HEAD. */
    private boolean bodyless;

    private boolean flushDue;
    /** Whether a whole request waits for the end of the event it came with. */
    private boolean startDue;

    private boolean tunnel;
    private long announced;
    private long received;
    /** Bytes of a tunnel that came before it was open. */
    private @Nullable ByteBuf early;

    ClientStream(ClientEndpoint connection, Facts connectionFacts) {
        super(connection);
        this.connection = connection;
        facts = new Facts(connectionFacts);
        facts.request.loggedLength(connection.tuning().logUriLength());
        exchange = new Exchange(facts.loop, facts, this, connection.tuning());
        timer = new Timer(facts.loop) {
            @Override
            protected void onTimeout() {
                timeout();
            }
        };
    }

    /** Names its exchange if one is under way. */
    void session(Consumer<LiveSession> each) {
        if (exchange.isUnderWay()) {
            each.accept(exchange);
        }
    }

    private void timeout() {
        if (exchange.isBusy()) {
            exchange.clientFailures().onTimeout();
        } else {
            connection.reset(this, Frames.CANCEL); // it has not taken what the exchange left behind
        }
    }

    /** Begins a request; its head is to be read into the buffer that is answered. */
    HeadBuffer beginHead(Facts connectionFacts) {
        facts.followConnection(connectionFacts);
        HeadBuffer head = HeadBuffer.take(facts.loop, connection.tuning().bufferSize());
        buffer = head;
        stagedHead = null;
        headSent = false;
        requestComplete = false;
        bodyless = false;
        tunnel = false;
        received = 0;
        trailers.clear();
        exchange.begin();
        return head;
    }

    /** The head cannot be read at all: it is logged, and answered with nothing. */
    void refuse() {
        exchange.clientFailures().onUnreadable();
    }

    /** The head is no request: it is answered with an error. */
    void answerBadRequest(boolean endStream) {
        requestComplete = endStream;
        bodyless = facts.request.method() == Method.HEAD; // the exchange is over before the page is written
        exchange.clientFailures().onBadRequest(400, Termination.PROXY);
    }

    /** The head is whole. */
    void onHead(boolean endStream) {
        announced = facts.request.framing() == Framing.LENGTH ? facts.request.contentLength() : -1;
        tunnel = facts.request.framing() == Framing.NONE && !endStream;
        requestComplete = endStream || tunnel;
        remoteEnded = endStream;
        if (tunnel) {
            receiving(false);
        } else if (!endStream) {
            expectHead();
        }
        if (endStream) {
            startDue = true; // a reset in the same event takes it back: a flood of those costs no server anything
            flushLater();
        } else {
            start();
        }
    }

    private void start() {
        exchange.onRequest();
        if (!requestComplete) {
            flushLater();
        } else if (exchange.wantsBody()) {
            exchange.requestEnd(null);
            exchange.requestFlush();
        }
    }

    /** What has come goes on when all of this event has been read: the server gets it in one piece. */
    private void flushLater() {
        if (!flushDue) {
            flushDue = true;
            connection.flushLater(this);
        }
    }

    /** The connection has been read. */
    void onReadComplete() {
        if (flushDue) {
            flushDue = false;
            if (startDue) {
                startDue = false;
                start();
            } else if (id != 0 && !tunnel && !requestComplete) {
                if (exchange.wantsBody()) {
                    exchange.requestFlush();
                }
                if (id != 0 && exchange.isBusy()) {
                    expectBody();
                }
            }
        }
    }

    private void expectClient() {
        timer.start(facts.frontend.timeouts().client());
    }

    /** {@code timeout http-request} is for a body that is waited for, too. */
    private void expectHead() {
        Timeouts timeouts = facts.frontend.timeouts();
        timer.start(timeouts.httpRequest() > 0 ? timeouts.httpRequest() : timeouts.client());
    }

    private void expectBody() {
        int limit = exchange.bodyTimeoutMs();
        if (limit != Exchange.AS_FOR_HEAD) {
            timer.start(limit);
        }
    }

    // ---- what the client sends

    @Override
    protected boolean onData(ByteBuf in, int length) {
        if (tunnel) {
            return onTunnelData(in, length);
        }
        received += length;
        if (announced >= 0 && received > announced) {
            connection.resetByMistake(this);
            return false;
        }
        if (exchange.wantsBody()) {
            exchange.requestBody(in, length);
        }
        return id != 0;
    }

    private boolean onTunnelData(ByteBuf in, int length) {
        if (exchange.isTunnel()) {
            exchange.tunnelBytes(in.slice(in.readerIndex(), length));
            return id != 0;
        }
        ByteBuf kept = early;
        if (kept == null) {
            kept = PooledByteBufAllocator.DEFAULT.directBuffer(length);
            early = kept;
        }
        kept.writeBytes(in, in.readerIndex(), length); // bounded by the window, which is not given back before
        return true;
    }

    @Override
    protected void onDataFlush() {
        if (!tunnel) {
            flushLater();
        }
    }

    @Override
    protected void onEnd() {
        if (tunnel) {
            if (exchange.isTunnel()) {
                exchange.clientFailures().onHalfClosed();
            }
            return;
        }
        if (announced >= 0 && received != announced) {
            connection.resetByMistake(this);
            return;
        }
        complete(facts.request.framing() == Framing.CHUNKED ? trailers : null);
    }

    Trailers trailers() {
        return trailers;
    }

    private void complete(@Nullable Trailers last) {
        requestComplete = true;
        timer.stop();
        if (exchange.wantsBody()) {
            exchange.requestEnd(last);
            exchange.requestFlush();
        }
        connection.endIfOver(this);
    }

    @Override
    protected void onReset(int code) {
        closed();
    }

    /** The stream is gone, the exchange perhaps not. */
    void closed() {
        timer.stop();
        stagedHead = null;
        flushDue = false;
        if (startDue) {
            startDue = false;
            exchange.clientFailures().onTakenBack();
        } else if (exchange.isBusy()) {
            exchange.clientFailures().onClosed(true);
        }
        release();
        connection.recycle(this);
    }

    private void release() {
        HeadBuffer head = buffer;
        if (head != null) {
            buffer = null;
            head.release(facts.loop);
        }
        ByteBuf kept = early;
        if (kept != null) {
            early = null;
            kept.release();
        }
    }

    @Override
    protected void onProgress() {
        expectClient();
    }

    @Override
    protected void onWritable() {
        if (exchange.isBusy()) {
            timer.start(requestComplete ? 0 : exchange.bodyTimeoutMs());
            exchange.onClientWritabilityChanged(true);
        }
    }

    @Override
    protected void onConnectionWritable(boolean writable) {
        if (exchange.isBusy()) {
            exchange.onClientWritabilityChanged(writable);
        }
    }

    // ---- what the exchange asks for

    @Override
    public boolean isRequestComplete() {
        return requestComplete;
    }

    /** The request goes on to its end, as with HAProxy: to a client that is still sending a reset would be a failure. */
    @Override
    public boolean awaitRequestEnd() {
        expectClient();
        return id != 0;
    }

    @Override
    public void interim(Response response) {
        if (id != 0 && response.status() != 101) {
            connection.head(this, response, false, false);
        }
    }

    @Override
    public void proceed() {
        if (id != 0) {
            ByteBuf out = connection.beginHeaders(this, false);
            HpackEncoder.status(out, 100);
            connection.endHeaders(this, out, false);
        }
    }

    @Override
    public boolean head(Response response, boolean keepAlive, boolean tunnel, @Nullable ByteBuf in, int length) {
        stagedHead = response;
        stagedTunnel = tunnel;
        return false;
    }

    private void writeStagedHead(boolean end) {
        Response response = stagedHead;
        if (response != null) {
            stagedHead = null;
            headSent = true;
            if (id != 0) {
                connection.head(this, response, stagedTunnel, end);
            }
        }
    }

    @Override
    public void body(ByteBuf in, int length, boolean all) {
        writeStagedHead(false);
        if (id != 0) {
            sendData(in, length);
            awaitWindow();
        }
    }

    @Override
    public void body(byte[] bytes, int start, int end) {
        writeStagedHead(false);
        if (id != 0) {
            sendData(bytes, start, end);
            awaitWindow();
        }
    }

    /** A client that gives no window for too long is gone. */
    private void awaitWindow() {
        if (hasPending() && !timer.isRunning()) { // a full socket is the connection's to notice
            expectClient();
        }
    }

    @Override
    public void end(@Nullable Trailers trailers) {
        if (stagedHead != null && (trailers == null || trailers.isEmpty())) {
            giveAllWindow();
            writeStagedHead(true);
            return;
        }
        writeStagedHead(false);
        if (id != 0) {
            sendEnd(trailers);
        }
    }

    @Override
    public boolean takeBack() {
        boolean here = stagedHead != null;
        stagedHead = null;
        return here;
    }

    @Override
    public void raw(byte[] page, int start, int end) {
        RawPage read = RawPage.read(page, start, end, connection.tuning().maxFields());
        if (read == null) {
            abort();
            return;
        }
        head(read.head(), true, false, null, 0);
        if (read.bodyStart() < read.end() && !bodyless) {
            body(read.bytes(), read.bodyStart(), read.end());
        }
        end(null);
    }

    @Override
    public void flush() {
        writeStagedHead(false);
    }

    @Override
    public boolean isWritable() {
        return id == 0 || canSend();
    }

    @Override
    public void reading(boolean on) {
        if (id != 0) {
            receiving(on && (!tunnel || exchange.isTunnel()));
        }
    }

    @Override
    public void finished(boolean keepAlive) {
        timer.stop();
        stagedHead = null;
        release();
        if (tunnel && id != 0) {
            sendEnd(null);
        }
        if (id != 0 && isEnding() && !hasLocalEnded()) {
            expectClient();
        }
        connection.finished(this, facts.configuration.node().stopping());
    }

    @Override
    public void abort() {
        timer.stop();
        stagedHead = null;
        release();
        // without any answer the client may send the request again, as HAProxy lets it
        connection.reset(this, headSent ? Frames.CANCEL : Frames.REFUSED_STREAM);
    }

    @Override
    public void vanish() {
        timer.stop();
        release();
        connection.vanish();
    }

    @Override
    public void becomeTunnel() {
        timer.stop();
        writeStagedHead(false);
        tunnel = true;
        receiving(true);
        ByteBuf kept = early;
        if (kept != null) {
            early = null;
            exchange.tunnelBytes(kept);
            kept.release();
        }
        if (remoteEnded) {
            exchange.clientFailures().onHalfClosed();
        }
    }

    @Override
    public void tunnel(ByteBuf in) {
        if (id != 0) {
            sendData(in, in.readableBytes());
        }
    }

    @Override
    public void shutdownOutput() {
        if (id != 0) {
            sendEnd(null);
        }
    }

    boolean isBusy() {
        return exchange.isBusy();
    }

    void dispose() {
        timer.dispose();
        release();
        exchange.dispose();
    }
}
