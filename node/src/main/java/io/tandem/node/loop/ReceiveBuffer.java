// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One direct buffer that all connections of a loop receive into, so that an idle connection owns none.
 *
 * <p>It is replaced only while somebody still holds it, such as a write that the socket could not take whole
 * ({@link SlowPeer} sees to it that those are few). Whoever keeps bytes beyond the callback copies them out. A short read ends the read loop: the next {@code recv} would only say
 * EAGAIN. So does back-pressure: what one event may queue is bounded by a buffer, not by all it may read. So does the time an event
 * has taken: bytes that cost more than others, thousands of small frames say, wait for the loop's next turn behind everybody else's.
 */
public final class ReceiveBuffer implements RecvByteBufAllocator {
    /** No gain was measured above 32 KiB. */
    public static final int DEFAULT_SIZE = 32 * 1024;

    private static final int MAX_READS_PER_EVENT = 16;

    /** Behind so long nothing more is read in an event: what as many reads of bytes that are passed on take. */
    private static final long EVENT_NS = 250_000;

    private final Loop loop;
    private final int size;
    private final ByteBufAllocator memory;
    /** One for all: nothing reads from a connection while another is being read from. */
    private final SharedHandle handle = new SharedHandle();

    private @Nullable ByteBuf shared;

    ReceiveBuffer(Loop loop, int size) {
        this(loop, size, PooledByteBufAllocator.DEFAULT);
    }

    ReceiveBuffer(Loop loop, int size, ByteBufAllocator memory) {
        this.loop = loop;
        this.size = size;
        this.memory = memory;
    }

    @Override
    @SuppressWarnings("deprecation") // the interface still asks for the older type
    public Handle newHandle() {
        return handle;
    }

    void prepare() {
        take().release();
    }

    private ByteBuf take() {
        ByteBuf buffer = shared;
        if (buffer == null || buffer.refCnt() != 1) {
            shared = null; // before anything that may fail: a buffer is given up once
            if (buffer != null) {
                buffer.release();
            }
            buffer = memory.directBuffer(size, size);
            shared = buffer;
        }
        buffer.clear();
        return buffer.retain();
    }

    private final class SharedHandle implements ExtendedHandle {
        private int attempted;
        private int last;
        private int reads;
        /** When the event began, by the clock of the loop; known behind its first whole buffer. */
        private long beganNs;

        private @Nullable ChannelConfig config;

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return take();
        }

        @Override
        public int guess() {
            return size;
        }

        @Override
        public void reset(ChannelConfig config) {
            this.config = config;
            reads = 0;
            last = 0;
        }

        @Override
        public void incMessagesRead(int count) {
            reads += count;
        }

        @Override
        public void lastBytesRead(int bytes) {
            last = bytes;
        }

        @Override
        public int lastBytesRead() {
            return last;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attempted = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        public boolean continueReading() {
            if (last <= 0 || last != attempted || reads >= MAX_READS_PER_EVENT) {
                return false;
            }
            if (reads <= 1) {
                beganNs = loop.nowNs();
            }
            if (System.nanoTime() - beganNs >= EVENT_NS) {
                return false;
            }
            ChannelConfig of = config; // asked only where a whole buffer came: whoever got it may want no more
            return of == null || of.isAutoRead();
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return continueReading();
        }

        @Override
        public void readComplete() {}
    }
}
