// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.content.bandwidth.Bandwidth;
import io.tandem.node.content.bandwidth.Pacer;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request that bandwidth limits hold back ({@code filter bwlim-in}) on its way to the server. One per exchange, reused.
 */
final class RequestPace implements Pacer.Outlet {
    private final Exchange exchange;
    /** Null while nothing is limited. */
    private @Nullable Pacer pacer;

    RequestPace(Exchange exchange) {
        this.exchange = exchange;
    }

    /** The body goes to the server from now on, as rules say; what has passed is not taken back. */
    void begin(@Nullable Bandwidth limits) {
        if (limits != null && pacer == null && limits.limits(true)) {
            pacer = Pacer.take(exchange.loop, limits, true, exchange.tuning.bufferSize(), this);
        }
    }

    /** The next {@code length} bytes, of which the caller keeps {@code in}; false where nothing is limited. */
    boolean takes(ByteBuf in, int length) {
        Pacer present = pacer;
        if (present != null) {
            present.offer(in, length);
        }
        return present != null;
    }

    /** Whether something waits here. */
    boolean holds() {
        Pacer present = pacer;
        return present != null && !present.isEmpty();
    }

    boolean isFull() {
        Pacer present = pacer;
        return present != null && present.isFull();
    }

    @Override
    public void pass(ByteBuf in, int length) {
        exchange.sender.pass(in, length);
    }

    @Override
    public boolean takesMore() {
        ServerStream server = exchange.server.stream();
        return server != null && server.isWritable();
    }

    /** The server takes bytes again. */
    void resume() {
        Pacer present = pacer;
        if (present != null) {
            present.resume();
        }
    }

    @Override
    public void onPassed() {
        RequestSender sender = exchange.sender;
        sender.flush();
        if (exchange.phase() == Phase.FINISHING && sender.isDone()) {
            exchange.relay.finish();
            return;
        }
        if (exchange.phase().expectsServer()) {
            exchange.server.sent(exchange.backend());
        }
        if (!isFull() && !exchange.server.isFull()) {
            exchange.client.reading(true);
        }
    }

    /** Forgets everything. */
    void clear() {
        Pacer present = pacer;
        if (present != null) {
            pacer = null;
            present.close();
        }
    }
}
