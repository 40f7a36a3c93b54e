// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.tandem.node.backend.http.ServerStream;
import io.tandem.node.content.BodySink;
import io.tandem.node.content.bandwidth.Bandwidth;
import io.tandem.node.content.bandwidth.Pacer;
import io.tandem.node.frontend.http.Trailers;
import org.jspecify.annotations.Nullable;

/**
 * The body of a response that bandwidth limits hold back ({@code filter bwlim-out}), and its end, which waits behind it. One per
 * exchange, reused.
 */
final class ResponsePace implements Pacer.Outlet, BodySink {
    /** What waits for the last byte to pass. */
    private enum Ending {
        NONE,
        /** The response is complete. */
        COMPLETE,
        /** The server has ended its side in an orderly way, or not. */
        CLOSED,
        BROKEN
    }

    private final Exchange exchange;
    private final ResponseRelay relay;
    /** Null while nothing is limited. */
    private @Nullable Pacer pacer;

    private boolean behindFilters;
    private Ending ending = Ending.NONE;
    private @Nullable Trailers trailers;
    private boolean surplus;

    ResponsePace(Exchange exchange, ResponseRelay relay) {
        this.exchange = exchange;
        this.relay = relay;
    }

    /** The body comes next: whether rules have limited it. */
    boolean begins() {
        Bandwidth limits = exchange.facts.bandwidth;
        if (limits == null) {
            return false;
        }
        exchange.sender.pace.begin(limits); // they may have limited the rest of the request, too
        if (!limits.limits(false)) {
            return false;
        }
        clear();
        behindFilters = limits.isBehindCompression();
        pacer = Pacer.take(exchange.loop, limits, false, exchange.tuning.bufferSize(), this);
        return true;
    }

    /**
     * The next {@code length} bytes as they came, of which the caller keeps {@code in}; false where they are not limited, or what
     * filters make of them is.
     */
    boolean takes(ByteBuf in, int length) {
        Pacer present = pacer;
        if (present == null || behindFilters) {
            return false;
        }
        present.offer(in, length);
        return true;
    }

    /** Where goes what filters make of bodies: here, where that is limited; otherwise {@code next}. */
    BodySink behind(BodySink next) {
        return pacer != null && behindFilters ? this : next;
    }

    @Override
    public void body(ByteBuf in, int length, boolean all) {
        Pacer present = pacer;
        if (present != null) {
            present.offer(in, length);
        }
    }

    /** Whether something waits here. */
    boolean holds() {
        Pacer present = pacer;
        return present != null && (!present.isEmpty() || ending != Ending.NONE);
    }

    /** Whether more may be read from the server. */
    boolean hasRoom() {
        Pacer present = pacer;
        return present == null || (!present.isFull() && ending == Ending.NONE);
    }

    /**
     * The response is complete; true if that has to wait.
     *
     * @param filtered whether filters have heard of it
     */
    boolean keepsEnd(@Nullable Trailers trailers, boolean surplus, boolean filtered) {
        if (!holds() || filtered != behindFilters) {
            return false;
        }
        if (ending == Ending.NONE) {
            ending = Ending.COMPLETE;
            this.trailers = trailers;
            exchange.server.reading(false);
        }
        this.surplus |= surplus;
        return true;
    }

    /** The server has sent more than its response. */
    void onSurplus() {
        surplus = true;
    }

    /** Whether the response is complete already. */
    boolean hasEnd() {
        return ending == Ending.COMPLETE;
    }

    /** The server's connection has ended; true if that has to wait, or the response was complete before. */
    boolean keepsClose(boolean orderly) {
        if (!holds() || exchange.phase() != Phase.RESPONDING) {
            return false;
        }
        if (ending == Ending.NONE) {
            ending = orderly ? Ending.CLOSED : Ending.BROKEN;
        }
        return true;
    }

    @Override
    public void pass(ByteBuf in, int length) {
        if (behindFilters) {
            exchange.client.body(in, length, false);
        } else {
            relay.filter(in, length, false);
        }
    }

    @Override
    public boolean takesMore() {
        return exchange.client.isWritable();
    }

    /** The client takes bytes again. */
    void resume() {
        Pacer present = pacer;
        if (present != null) {
            present.resume();
        }
    }

    @Override
    public void onPassed() {
        Pacer present = pacer;
        if (present == null) {
            return;
        }
        relay.flushFilter();
        if (!present.isEmpty() || ending == Ending.NONE) {
            relay.holdServer();
            if (present == pacer && hasRoom() && exchange.client.isWritable()) {
                readOn();
            }
            return;
        }
        Ending due = ending;
        ending = Ending.NONE;
        if (due == Ending.COMPLETE) {
            relay.end(trailers, surplus);
        } else {
            exchange.serverFailures().onClosed(due == Ending.CLOSED);
        }
    }

    private void readOn() {
        exchange.server.reading(true);
        ServerStream server = exchange.server.stream();
        if (server != null && exchange.phase().expectsServer()) {
            exchange.server.expect(exchange.backend()); // its time was ours
        }
    }

    /** Forgets everything. */
    void clear() {
        Pacer present = pacer;
        if (present != null) {
            pacer = null;
            present.close();
        }
        ending = Ending.NONE;
        trailers = null;
        surplus = false;
    }
}
