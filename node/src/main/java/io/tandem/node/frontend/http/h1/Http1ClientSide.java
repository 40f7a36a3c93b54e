// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h1;

import io.netty.buffer.ByteBuf;
import io.tandem.node.exchange.ClientSide;
import io.tandem.node.exchange.Exchange;
import io.tandem.node.frontend.LiveSession;
import io.tandem.node.frontend.http.HttpConnection;
import io.tandem.node.frontend.http.Response;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.Facts;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The half of a client's HTTP/1 connection that faces the exchange: lends one while there is a request, and writes what it
 * answers as bytes of HTTP/1.
 */
abstract class Http1ClientSide extends HttpConnection implements ClientSide {
    final Tuning tuning;
    private final MessageWriter writer;
    /** Null while no request is under way, but for clients that have connections to servers of their own. */
    private @Nullable Exchange exchange;

    Http1ClientSide(Facts facts, Tuning tuning, Runnable onEnd) {
        super(facts, onEnd);
        this.tuning = tuning;
        writer = new MessageWriter(loop, this::write);
    }

    /** The one of the present request, or of the one that begins. */
    final Exchange exchange() {
        Exchange present = exchange;
        if (present == null) {
            present = Exchange.take(loop, facts, this, tuning);
            exchange = present;
        }
        return present;
    }

    /** Whether a request is under way. */
    final boolean isBusy() {
        Exchange present = exchange;
        return present != null && present.isBusy();
    }

    @Override
    public final void sessions(Consumer<LiveSession> each) {
        Exchange present = exchange;
        if (present != null && present.isUnderWay()) {
            each.accept(present);
        }
    }

    /** There is no request: an idle connection has no exchange. */
    final void restExchange() {
        Exchange present = exchange;
        if (present != null && present.giveBack()) {
            exchange = null;
        }
    }

    /** There will be no more requests. */
    final void endExchange() {
        restExchange();
        Exchange present = exchange;
        if (present != null) {
            exchange = null;
            present.dispose();
        }
    }

    @Override
    public final void proceed() {
        ByteBuf out = loop.sendBuffer();
        ResponseHead.proceed(out);
        write(out);
    }

    @Override
    public final void interim(Response response) {
        ByteBuf out = loop.sendBuffer();
        ResponseHead.interim(facts, response, out);
        write(out);
    }

    @Override
    public final boolean head(Response response, boolean keepAlive, boolean tunnel, @Nullable ByteBuf in, int length) {
        return ResponseHead.begin(facts, response, keepAlive, tunnel, in, length, writer);
    }

    @Override
    public final void body(ByteBuf in, int length, boolean all) {
        writer.data(in, length, all);
    }

    @Override
    public final void body(byte[] bytes, int start, int end) {
        writer.data(bytes, start, end);
    }

    @Override
    public final void end(@Nullable Trailers trailers) {
        writer.end(trailers);
    }

    @Override
    public final boolean takeBack() {
        return writer.takeBack();
    }

    @Override
    public final void raw(byte[] page, int start, int end) {
        writer.data(page, start, end);
    }

    @Override
    public final void tunnel(ByteBuf in) {
        writer.writeStaged();
        write(in.retain());
    }

    @Override
    public final void flush() {
        writer.writeStaged();
        super.flush();
    }

    /** Sends what was written, and leaves alone what is still being put together. */
    final void flushWritten() {
        super.flush();
    }

    /** What is being put together is written, and leaves with the next flush. */
    final void writeStaged() {
        writer.writeStaged();
    }

    /** Forgets what has not been written. */
    final void dropStaged() {
        writer.clear();
    }
}
