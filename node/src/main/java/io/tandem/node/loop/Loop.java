// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop owns: its clock, its timers, the buffers all its connections share, and whatever other packages keep
 * once per loop ({@link LoopLocal}). Everything here is touched by that loop's thread only.
 */
public final class Loop {
    private static final long WALL_CLOCK_REFRESH_NS = 100_000_000L;

    private final int index;
    private final EventLoop eventLoop;
    private final TimerWheel timers;
    private final ReceiveBuffer receiveBuffer;
    private final SendBuffer sendBuffer = new SendBuffer();
    private final Chores chores = new Chores(this);
    private @Nullable Object[] locals = new Object[8];
    private volatile Consumer<Throwable> onFailure = failure -> {}; // written by boot, read by the loop
    private long nowNs = System.nanoTime();
    private long wallClockReadNs = nowNs;
    private long wallClockOffsetMs;

    /** @param index from 0; the row this loop writes in every counter */
    public Loop(int index, EventLoop eventLoop) {
        this(index, eventLoop, ReceiveBuffer.DEFAULT_SIZE);
    }

    /**
     * @param index from 0; the row this loop writes in every counter
     * @param receiveBytes size of the receive buffer all connections of the loop share
     */
    public Loop(int index, EventLoop eventLoop, int receiveBytes) {
        this.index = index;
        this.eventLoop = eventLoop;
        timers = new TimerWheel(this);
        receiveBuffer = new ReceiveBuffer(this, receiveBytes);
        readWallClock();
    }

    public int index() {
        return index;
    }

    public EventLoop eventLoop() {
        return eventLoop;
    }

    /** Who is told of failures that are our own mistakes. */
    public void onFailure(Consumer<Throwable> handler) {
        onFailure = handler;
    }

    /**
     * Something was thrown while a connection was served: what the network does to connections is passed over, a mistake of
     * ours is reported.
     */
    public void failed(Throwable failure) {
        if (!(failure instanceof IOException
                || failure.getCause() instanceof IOException)) { // broken TLS comes wrapped
            onFailure.accept(failure);
        }
    }

    /** Allocates what the first connection would otherwise wait for. */
    void prepare() {
        receiveBuffer.prepare();
        sendBuffer.take().release();
    }

    /** Reads the clock. Called once at the beginning of each event; answers {@link #nowNs}. */
    public long tick() {
        long now = System.nanoTime();
        nowNs = now;
        if (now - wallClockReadNs >= WALL_CLOCK_REFRESH_NS) {
            readWallClock();
        }
        return now;
    }

    /** {@code System.nanoTime} as of the event being handled. */
    public long nowNs() {
        return nowNs;
    }

    /** Milliseconds since 1970 as of the event being handled. */
    public long nowMs() {
        return nowNs / 1_000_000 + wallClockOffsetMs;
    }

    /** The clock of stick tables as of the event being handled: monotonic milliseconds, no step of the wall clock shows. */
    public long monotonicMs() {
        return nowNs / 1_000_000;
    }

    private void readWallClock() {
        wallClockReadNs = nowNs;
        wallClockOffsetMs = System.currentTimeMillis() - nowNs / 1_000_000;
    }

    public TimerWheel timers() {
        return timers;
    }

    /** The allocator to set as {@code RECVBUF_ALLOCATOR} of every connection of this loop. */
    public ReceiveBuffer receiveBuffer() {
        return receiveBuffer;
    }

    /** An empty direct buffer to build a message in; the caller owns one reference. */
    public ByteBuf sendBuffer() {
        return sendBuffer.take();
    }

    /** What can wait until nothing else is to be done. */
    public Chores chores() {
        return chores;
    }

    @Nullable Object local(int slot) {
        return slot < locals.length ? locals[slot] : null;
    }

    void local(int slot, Object value) {
        if (slot >= locals.length) {
            locals = Arrays.copyOf(locals, Math.max(slot + 1, locals.length * 2));
        }
        locals[slot] = value;
    }
}
