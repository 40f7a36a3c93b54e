// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Rules;
import io.tandem.node.rules.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * What a client says before there is a server for it: judged by the backend's content rules where it has some, and kept. Runs on
 * the connection's loop.
 */
final class EarlyBytes {
    private final Facts facts;
    private final int limit;
    private final Runnable onDelayOver;
    private @Nullable Inspection inspection;
    private @Nullable ByteBuf kept;

    /**
     * @param limit how many bytes there may be, before no more are read
     * @param onDelayOver when the inspection delay is over: to {@link #judge} for the last time
     */
    EarlyBytes(Facts facts, int limit, Runnable onDelayOver) {
        this.facts = facts;
        this.limit = limit;
        this.onDelayOver = onDelayOver;
    }

    /** Rules will be asked from now on. */
    void inspect(int delayMs) {
        Inspection begun = new Inspection(facts, limit, onDelayOver);
        inspection = begun;
        begun.begin(delayMs);
    }

    /** What {@code rules} say of the bytes there are; they are asked no more once they have decided. */
    Verdict judge(Rules rules) {
        Inspection present = inspection;
        if (present == null) {
            return Verdict.WAIT;
        }
        Verdict verdict = present.judge(rules);
        if (verdict != Verdict.WAIT) {
            inspection = null;
            kept = present.isEmpty() ? null : present.take();
            present.dispose();
        }
        return verdict;
    }

    /** Takes more; the caller keeps {@code in}. Answers whether there is room for more. */
    boolean keep(ByteBuf in) {
        Inspection present = inspection;
        if (present != null) {
            present.hold(in);
            return !present.isFull();
        }
        ByteBuf before = kept;
        ByteBuf all = before == null ? PooledByteBufAllocator.DEFAULT.directBuffer(in.readableBytes()) : before;
        kept = all;
        all.writeBytes(in);
        return all.readableBytes() < limit;
    }

    /** The client has sent its last byte. */
    void inputEnded() {
        Inspection present = inspection;
        if (present != null) {
            present.inputEnded();
        }
    }

    /** Whether there is nothing for a server. */
    boolean isEmpty() {
        return kept == null;
    }

    /** What there is for the server, from now on the caller's; null for nothing. */
    @Nullable ByteBuf take() {
        ByteBuf all = kept;
        kept = null;
        return all;
    }

    /** Lets go of everything. */
    void dispose() {
        ByteBuf all = take();
        if (all != null) {
            all.release();
        }
        Inspection present = inspection;
        if (present != null) {
            inspection = null;
            present.dispose();
        }
    }
}
