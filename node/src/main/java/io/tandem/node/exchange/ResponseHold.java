// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tandem.node.frontend.http.Trailers;
import io.tandem.node.loop.Timer;
import io.tandem.node.loop.Tuning;
import io.tandem.node.rules.BodyBytes;
import io.tandem.node.rules.Facts;
import org.jspecify.annotations.Nullable;

/**
 * What has come of a response's body while its rules are judged: what came with the head where expressions look at it, or as much
 * as a rule waits for ({@code http-response wait-for-body}). Made for the exchanges that need one; at most a buffer and one
 * read of bytes.
 */
final class ResponseHold implements BodyBytes {
    private final Exchange exchange;
    private final Runnable onTooLate;
    private @Nullable Timer timer;
    private @Nullable ByteBuf held;
    private boolean active;
    private boolean ended;
    private boolean surplus;
    private @Nullable Trailers trailers;

    /** @param onTooLate a rule has waited for as long as it may */
    ResponseHold(Exchange exchange, Runnable onTooLate) {
        this.exchange = exchange;
        this.onTooLate = onTooLate;
    }

    /** From now on the body stays here. */
    void begin() {
        active = true;
        Facts facts = exchange.facts;
        facts.responseBody = this;
        if (facts.bodyWaitMs > 0) {
            timer().start(facts.bodyWaitMs);
        }
    }

    private Timer timer() {
        Timer present = timer;
        if (present == null) {
            present = new Timer(exchange.loop) {
                @Override
                protected void onTimeout() {
                    onTooLate.run();
                }
            };
            timer = present;
        }
        return present;
    }

    boolean isActive() {
        return active;
    }

    /** The next {@code length} bytes; the caller keeps {@code in}. */
    void add(ByteBuf in, int length) {
        ByteBuf present = held;
        if (present == null) {
            present = PooledByteBufAllocator.DEFAULT.directBuffer(length);
            held = present;
        }
        present.writeBytes(in, in.readerIndex(), length);
        if (isFull()) {
            exchange.server.reading(false);
        }
    }

    /** The body is over. */
    void end(@Nullable Trailers last, boolean more) {
        ended = true;
        trailers = last;
        surplus = more;
    }

    boolean hasEnded() {
        return ended;
    }

    boolean hasSurplus() {
        return surplus;
    }

    @Nullable Trailers trailers() {
        return trailers;
    }

    /** Whether the rules may go on. */
    boolean isEnough() {
        Facts facts = exchange.facts;
        return ended
                || facts.bodyWaitMs == 0
                || isFull()
                || (facts.bodyWaitBytes > 0 && length() >= facts.bodyWaitBytes);
    }

    private boolean isFull() {
        Tuning tuning = exchange.tuning;
        return length() >= tuning.bufferSize() - tuning.maxRewrite();
    }

    /** The rules go on. */
    void stop() {
        active = false;
        if (timer != null) {
            timer.stop();
        }
        Facts facts = exchange.facts;
        if (facts.bodyWaitMs > 0) {
            facts.bodyWaitMs = 0;
            facts.bodyWaited = true;
        }
    }

    /** What is here, for the caller to release; null for nothing. */
    @Nullable ByteBuf take() {
        ByteBuf present = held;
        held = null;
        return present;
    }

    @Override
    public int length() {
        return held == null ? 0 : held.readableBytes();
    }

    @Override
    public void copy(byte[] to, int at, int length) {
        ByteBuf present = held;
        if (present != null) {
            present.getBytes(present.readerIndex(), to, at, length);
        }
    }

    /** Forgets everything. */
    void clear() {
        active = false;
        ended = false;
        surplus = false;
        trailers = null;
        if (timer != null) {
            timer.stop();
        }
        if (held != null) {
            held.release();
            held = null;
        }
    }

    /** The connection has ended for good. */
    void dispose() {
        clear();
        if (timer != null) {
            timer.dispose();
        }
    }
}
