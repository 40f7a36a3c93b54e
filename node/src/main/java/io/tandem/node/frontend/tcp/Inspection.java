// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.tandem.node.loop.Timer;
import io.tandem.node.rules.Awaited;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Rules;
import io.tandem.node.rules.Verdict;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Holds the first bytes of one direction back, at most {@code tune.bufsize} and what one read brings, until content rules have
 * decided or their inspection delay is over. Runs on the connection's loop.
 */
final class Inspection {
    private static final byte[] NOTHING = new byte[0];
    private static final int FIRST = 256;

    private final Facts facts;
    private final int limit;
    private final Runnable onDelayOver;
    private @Nullable Timer delay;
    /** Judged where it lies; what has been judged is never overwritten, for samples may refer to it. */
    private byte[] held = NOTHING;

    private int length;
    private boolean inputEnded;

    /** @param onDelayOver when the delay is over: to {@link #judge} for the last time */
    Inspection(Facts facts, int limit, Runnable onDelayOver) {
        this.facts = facts;
        this.limit = limit;
        this.onDelayOver = onDelayOver;
    }

    /** Starts a delay; what is held stays. */
    void begin(int delayMs) {
        if (delayMs <= 0) {
            return;
        }
        Timer timer = delay;
        if (timer == null) {
            timer = new Timer(facts.loop) {
                @Override
                protected void onTimeout() {
                    onDelayOver.run();
                }
            };
            delay = timer;
        }
        timer.start(delayMs);
    }

    /** More bytes of this direction; the caller keeps {@code in}. They may lie in a buffer of the whole loop: copied. */
    void hold(ByteBuf in) {
        int more = in.readableBytes();
        if (length + more > held.length) {
            held = Arrays.copyOf(held, Math.max(length + more, Math.max(FIRST, Math.min(2 * held.length, limit))));
        }
        in.readBytes(held, length, more);
        length += more;
    }

    void inputEnded() {
        inputEnded = true;
    }

    boolean isFull() {
        return length >= limit;
    }

    boolean isEmpty() {
        return length == 0;
    }

    int size() {
        return length;
    }

    /** Asks {@code rules} with the bytes there are; {@link Verdict#WAIT} where more may change the answer. */
    Verdict judge(Rules rules) {
        Timer timer = delay;
        facts.content = held;
        facts.contentStart = 0;
        facts.contentEnd = length;
        facts.contentFinal = timer == null || !timer.isRunning() || inputEnded || length >= limit;
        Verdict verdict = rules.judge(facts);
        boolean waits = verdict == Verdict.WAIT && !facts.contentFinal;
        facts.contentFinal = true;
        Awaited awaited = facts.awaited;
        if (awaited != null) {
            awaited.whenThere(onDelayOver);
        }
        if (!waits && timer != null) {
            timer.stop();
        }
        return waits ? Verdict.WAIT : verdict == Verdict.WAIT ? Verdict.CONTINUE : verdict;
    }

    /** What was held, from now on the caller's. */
    ByteBuf take() {
        ByteBuf bytes = length == 0
                ? Unpooled.EMPTY_BUFFER
                : PooledByteBufAllocator.DEFAULT.directBuffer(length).writeBytes(held, 0, length);
        held = NOTHING;
        length = 0;
        return bytes;
    }

    /** Lets go of everything. */
    void dispose() {
        held = NOTHING;
        length = 0;
        facts.forgetAwaited();
        Timer timer = delay;
        if (timer != null) {
            timer.dispose();
        }
    }
}
