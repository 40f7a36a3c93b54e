// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.bandwidth;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tandem.node.loop.Loop;
import io.tandem.node.loop.LoopLocal;
import io.tandem.node.loop.Timer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One direction of an exchange that is limited: what may pass goes on at once, the rest waits here for its time. What is kept is
 * bounded by who offers it: once {@link #isFull} no more is to be read. Each loop keeps a stack of them.
 */
public final class Pacer {
    /** Where bytes go that may pass. */
    public interface Outlet {
        /** The next {@code length} bytes; the caller keeps {@code in} and skips them. */
        void pass(ByteBuf in, int length);

        /** Whether it takes more; who says no calls {@link Pacer#resume} later. */
        boolean takesMore();

        /** Some that had to wait have passed: they are to be flushed, and more may be read where there is room again. */
        void onPassed();
    }

    private static final LoopLocal<ArrayDeque<Pacer>> FREE = new LoopLocal<>(loop -> new ArrayDeque<>());
    private static final int KEPT_PER_LOOP = 256;

    private final Loop loop;
    private final Timer timer;
    private @Nullable Outlet outlet;
    private @Nullable Bandwidth limits;
    private @Nullable ByteBuf held;
    private boolean upload;
    private int room;

    private Pacer(Loop loop) {
        this.loop = loop;
        timer = new Timer(loop) {
            @Override
            protected void onTimeout() {
                resume();
            }
        };
    }

    /**
     * One for a direction that {@code limits} has limits for; {@link #close} gives it back.
     *
     * @param room how many bytes it keeps until it is full
     */
    public static Pacer take(Loop loop, Bandwidth limits, boolean upload, int room, Outlet outlet) {
        Pacer free = FREE.of(loop).pollLast();
        Pacer taken = free == null ? new Pacer(loop) : free;
        taken.limits = limits;
        taken.upload = upload;
        taken.room = room;
        taken.outlet = outlet;
        return taken;
    }

    /** The next {@code length} bytes; the caller keeps {@code in} and skips them. */
    public void offer(ByteBuf in, int length) {
        Bandwidth present = limits;
        Outlet to = outlet;
        if (present == null || to == null || length == 0) {
            return;
        }
        int now = isEmpty() && to.takesMore() ? present.allowance(upload, length) : 0;
        if (now > 0) {
            present.passed(upload, now);
            to.pass(in, now);
        }
        if (now < length && limits == present) { // what passed may have ended it
            ByteBuf kept = held;
            if (kept == null) {
                kept = PooledByteBufAllocator.DEFAULT.directBuffer(Math.max(length, room));
                held = kept;
            }
            kept.writeBytes(in, in.readerIndex() + now, length - now);
            arm(kept);
        }
    }

    /** Lets pass what may by now. */
    public void resume() {
        Bandwidth present = limits;
        Outlet to = outlet;
        ByteBuf kept = held;
        if (present == null || to == null || kept == null || !kept.isReadable() || !to.takesMore()) {
            return;
        }
        int now = present.allowance(upload, kept.readableBytes());
        if (now == 0) {
            arm(kept);
            return;
        }
        present.passed(upload, now);
        to.pass(kept, now);
        if (limits != present) {
            return; // that has ended it
        }
        kept.skipBytes(now);
        if (!kept.isReadable()) {
            kept.clear();
            timer.stop();
        } else {
            if (kept.readerIndex() >= kept.capacity() / 2) {
                kept.discardReadBytes();
            }
            arm(kept);
        }
        to.onPassed();
    }

    private void arm(ByteBuf kept) {
        Bandwidth present = limits;
        if (present != null && !timer.isRunning()) {
            timer.start(present.delayMs(upload, kept.readableBytes()));
        }
    }

    /** Whether nothing waits here. */
    public boolean isEmpty() {
        ByteBuf kept = held;
        return kept == null || !kept.isReadable();
    }

    /** Whether no more is to be read until some of it has passed. */
    public boolean isFull() {
        ByteBuf kept = held;
        return kept != null && kept.readableBytes() >= room;
    }

    /** The exchange is over, or what waits is of no use any more. */
    public void close() {
        if (outlet == null) {
            return; // it has been given back
        }
        timer.stop();
        limits = null;
        outlet = null;
        ByteBuf kept = held;
        if (kept != null) {
            held = null;
            kept.release();
        }
        ArrayDeque<Pacer> free = FREE.of(loop);
        if (free.size() < KEPT_PER_LOOP) {
            free.addLast(this);
        } else {
            timer.dispose();
        }
    }
}
